"""The small words of many languages: they tell a language, and they say nothing about a class.

Written for this project from the closed classes of each language (articles, pronouns, prepositions, conjunctions,
auxiliaries); forms are lower-case, with a straight apostrophe.
"""

from __future__ import annotations

__all__ = ["STOP_WORDS"]

_SPACED = {
    "en": (
        "a about after again all also although always am an and any anyone anything are aren't as at be because been before being both but by can can't cannot could "
        "couldn't did didn't do does doesn't doing don't done down during each either else enough even ever every everything few for from further get gets getting go "
        "going gone got had hadn't has hasn't have haven't having he he's her here hers herself him himself his how however i i'd i'll i'm i've if in into is isn't it "
        "it'd it'll it's its itself just let let's like lot lots made make makes many may maybe me might mine more most much must my myself neither no nor not nothing "
        "now of off often on once one ones only onto or other others our ours out over own per quite rather really said same say see seem seems she she's should "
        "shouldn't since so some someone something soon still such than that that's the their theirs them themselves then there there's these they they'd they'll "
        "they're they've thing things this those though through to too toward two under until up upon us very was wasn't way we we'll we're we've well went were weren't "
        "what what's when where whether which while who whole whom whose why will with within without won't would wouldn't yet you you'd you'll you're you've your "
        "yours yourself"
    ),
    "de": (
        "aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bin bis bist da dabei damit dann das dass dein deine dem den denn der des "
        "dessen dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines er es etwas euch euer für gegen gibt hab habe "
        "haben hat hatte hatten hier hin ich ihm ihn ihnen ihr ihre ihrem ihren im immer in ins ist ja jede jeden jeder jetzt kann kein keine keinen können könnte man "
        "mehr mein meine mich mir mit muss nach nicht nichts noch nun nur ob oder ohne schon sehr sein seine seinem seinen seit sich sie sind so über um und uns unser "
        "unsere unter viel vom von vor war waren warum was weil weiter wenn wer werde werden wie wieder will wir wird wirklich wo wurde wurden würde zu zum zur zwar zwischen"
    ),
    "fr": (
        "à afin ai ainsi après au aucun aucune aussi autre autres aux avant avec avez avoir avons c'est car ce ceci cela celle celui ces cet cette ceux chaque chez ci "
        "comme comment d'un d'une dans de depuis des deux donc dont du elle elles en encore entre es est et étaient était été être eu eux fait faire fois font ici il ils "
        "j'ai je jusqu la là le les leur leurs lui ma mais me même mes moi moins mon n'a n'est ne ni non nos notre nous on ont ou où par parce pas pendant peu peut plus "
        "pour pourquoi qu'il qu'elle qu'on quand que quel quelle qui quoi sa sans se sera ses si son sont sous suis sur ta te tes toi ton tous tout toute toutes très trop "
        "tu un une vers vos votre vous y"
    ),
    "es": (
        "a al algo alguien alguna algunas alguno algunos ante antes aquí así aún aunque bien cada casi como cómo con contra cosa cual cuando de del desde donde dos "
        "durante e el él enseguida ella ellas ellos en entre era eran eres es esa ese eso esta está estaba estamos están estar este esto estos estoy fue fueron había han has hasta hay "
        "he hemos incluso la las le les lo los luego más me mi mientras mis mucho muchos muy nada ni no nos nosotros nuestra nuestro nunca o os otra otro otros para pero "
        "poco por porque pues que qué quien se según ser si sí siempre sido sin sino sobre solo son soy su sus también tan tanto te tengo tener tiene tienen todo "
        "todos tu tus un una uno unos usted y ya yo"
    ),
    "pt": (
        "a à ainda alguém algum alguma ali ao aos apenas aquela aquele aqui as às assim até bem cada com como da dar das de dela dele deles depois desde dessa desse desta deste "
        "do dos e é ela elas ele eles em então entre era essa esse esta está estão estava este eu foi for foram há isso isto já lá lhe mais mas me mesmo meu meus minha "
        "muita muito muitos na nada não nas nem nessa nesse nesta neste ninguém no nos nós nossa nosso num numa nunca o onde os ou outra outro para pela pelo por porque pois "
        "pouco quando que quem são se seja sem sempre ser será seu seus só sobre sou sua suas também tão te tem têm tenho ter teve tinha toda todas todo todos tudo um uma "
        "você vocês"
    ),
    "it": (
        "a abbiamo ad ai al alla alle allo altra altri altro anche ancora avere aveva c'è che chi ci cioè con così cui da dai dal dalla dalle degli dei del della delle "
        "dello dentro di dopo dove due e è ed era erano essere fa fino fra già gli ha hai hanno ho i il in io l'ho la le lei li lo loro lui ma mai me meno mentre mi mia mie "
        "mio molto ne nei nel nella nelle nemmeno no noi non nostra nostro o ogni oltre per perché però più poco poi proprio qua quale quando quanto quella quelle "
        "quelli quello questa queste questi questo qui se sei senza si sia sono sopra sta stata stato su sua sue sugli sul sulla suo te ti tra tu tutta tutti tutto un "
        "un'altra una uno vi"
    ),
    "nl": (
        "aan al alle als altijd andere ben bij daar dan dat de der deze die dit doen door dus een en er ge geen had hadden heb hebben heeft hem het hier hij hoe hun iets ik in is "
        "ja je jij kan kon maar me meer men met mij mijn moet na naar niet niets nog nu of om omdat onder ons ook op over reeds te tegen toch toen tot u uit uw van veel voor want "
        "waren was wat we wel werd wezen wie wij wil worden zal ze zeer zei zich zij zijn zo zonder zou"
    ),
    "pl": (
        "aby ale bardzo bez bo by był była było być chce co czy dla do gdy gdzie go i ich ile jak jako je jego jej jest jestem jeszcze już kiedy kto która które który lub ma mam "
        "mi mnie może można na nad nam nas nie nic niż o od oraz po pod przed przez przy się są ta tak także tam te tego tej ten też to tu tylko tym w we więc wszystko z za ze że"
    ),
    "tr": (
        "ama ancak bana bazı belki ben beni benim bile bir biri birkaç biz bu bunu bunun çok çünkü da daha de değil diye en gibi hep hepsi hiç için ile ise kadar ki kim "
        "mı mi mu mü nasıl ne neden nerede niye o olan olarak oldu olduğu ona onlar onu onun şey siz sonra şu tüm var ve veya ya yani yok"
    ),
    "sv": (
        "alla allt att av bara blev bli blir de dem den denna deras dess dessa det detta dig din du där efter eller en ett från får för ha hade han hans har hon hur här i icke inte "
        "jag kan kunde man med mellan men mig mina mitt mot mycket ni nu när någon något också om oss på samma sedan sig sin sina sitt ska skulle som så till under upp ut utan vad "
        "var vara vi vid vilken är åt över"
    ),
    "id": (
        "ada adalah agar akan aku anda apa atau bagi bahwa banyak bisa buat bukan dalam dan dapat dari dengan di dia ini itu jadi jika juga kami kamu karena ke kita lagi lebih "
        "mereka namun nya oleh pada paling saat saja sama sangat saya sebagai sebuah seperti semua setelah sudah tapi telah tetapi tidak untuk yang"
    ),
    "vi": (
        "bị bởi các cái cả chỉ cho chúng chưa có của cũng cùng đã đang đây để đến đi điều do đó được gì hay hơn khi không là lại làm lên mà mình mỗi một này nếu ngay người nhiều "
        "như nhưng những nó ở phải qua ra rằng rất sao sẽ sự tại theo thì tôi trên trong từ và vào vẫn về vì với vừa"
    ),
    "ru": (
        "а без более бы был была были было быть в вам вас весь во вот все всё всего всех вы где да даже для до его ее её если есть еще ещё же за здесь и из или им их к как какой "
        "когда кто ли лишь меня мне много может можно мой мы на над нам нас не него нее ней нет ни но ну о об один он она они оно от очень по под после потом потому почти при про "
        "просто раз с сам свою себе себя со так также такой там те тем то того тоже той только том тот ты у уже хотя чего чем что чтобы чуть эта эти это этого этой этом этот я"
    ),
    "uk": (
        "або але був була були було бути від він вона вони все всі для до дуже є же за з зі і із її їх й його коли який яка які лише ми мене на навіть не немає ні про під після по при "
        "так також там те ти тільки то тут у хоча цей ці це цього чи що щоб ще я як"
    ),
    "ar": (
        "أن أنا أنت أو أي إلا إلى إن إذا التي الذي الذين أيضا بعد بعض بل بين به بها تم ثم جدا حتى حيث دون ذلك عن عند على عليه عليها غير فقط فى في فيه فيها قبل قد كان كانت كل كما كيف لا لأن "
        "لكن لم لن له لها ليس ما مثل مع من منه منها نحن هذا هذه هل هم هنا هناك هو هي و وكان ولا ولكن وهو وهي يا يكون"
    ),
    "fa": "از است این آن با برای به بود تا خود خیلی دارد در را شد شده که ما من می نیست ها هم همه هر و ولی یا یک",
    "ur": "اور اس ان ایک بہت بھی پر تو تھا تھی جو سے کا کر کو کی کیا کے گیا لیے میں نہیں نے ہم ہو ہوں ہے ہیں یہ",
    "hi": (
        "अगर अपना अपनी अपने अब आप इन इस इसके इसे उन उनके उस उसके उसे एक और कर करना करने का काफी कि किया किसी की कुछ के को कोई क्या गई गए गया जब जैसे जो तक तरह तो था थी थे दिया दो नहीं ने "
        "पर फिर बहुत बाद भी मगर मुझे में मेरा मेरी मेरे मैं मैंने यह यहाँ यहां या ये रहा रही रहे लिए ले लेकिन वह वहाँ वाला वाली वाले वे सब सभी साथ से ही हुआ हुई हुए हूँ हूं है हैं हो होता होती होने"
    ),
    "mr": "आणि आता आपण आम्ही आहे आहेत एक कधी का काही की खूप च ज्या तर तरी ती ते तो त्या नाही पण मला माझा मी म्हणून या ला व हा ही हे होता होती होते",
    "ko": (
        "가 같은 거 것 것은 것을 것이 게 그 그것 그냥 그런 그리고 그래서 그러나 나 나는 내 내가 너무 너 네 는 다 다시 대한 더 도 되게 된 두 들 등 때 때문에 또 또는 또한 를 만 많이 매우 모두 못 무슨 및 바로 수 "
        "아니 아주 안 않고 않는 않은 어떤 에 에서 여기 역시 와 왜 우리 으로 은 을 의 이 이것 이런 이번 있고 있는 있다 있습니다 있어요 있었다 있었습니다 자 잘 저 저는 정말 제 제가 조금 좀 지 진짜 참 하고 하는 하다 하지만 "
        "한 할 합니다 해 해서 했다 했습니다 했어요"
    ),
}  # fmt: skip

# cut into words by a dictionary, or by a change of script
_CHINESE = (
    "的 了 是 这家 這家 那家 这是 那是 都是 也是 还是 任何 我 在 有 和 就 不 都 也 很 这 那 你 他 她 它 我们 你们 他们 她们 它们 这个 那个 这些 那些 这样 那样 这里 那里 这么 那么 这种 那种 一个 一些 一种 一样 一下 一点 一直 一次 一 二 三 两 几 上 下 里 中 前 后 "
    "到 去 来 说 要 会 能 可以 可能 应该 没 没有 吗 吧 呢 啊 呀 哦 嘛 啦 哈 嗯 着 过 得 地 把 被 让 给 对 对于 关于 与 及 以 以及 或 或者 而 而且 而已 并 并且 但 但是 不过 只 只是 只有 只能 就是 还 还是 还有 "
    "因为 因此 所以 如果 要是 虽然 即使 尽管 由于 为 为了 从 由 向 往 于 跟 同 比 比较 更 最 太 非常 十分 真 真的 挺 特别 已 已经 正在 曾经 将 将要 又 再 再次 才 刚 刚刚 便 却 则 其 其中 其实 其他 其它 此 该 各 每 某 "
    "什么 怎么 怎样 怎么样 为什么 哪 哪个 哪里 谁 多 多少 少 个 些 种 次 天 年 月 日 时 时候 之 之后 之前 之间 以后 以前 以上 以下 所 所有 大家 自己 别人 人 人家 等 等等 起来 出来 下来 上来 过来 进去 出去 "
    "觉得 感觉 认为 知道 看 看到 想 做 用 使用 是否 不是 不会 不能 不要 有点 有些 有的 好像 似乎 甚至 当 当然 当时 然后 于是 根本 完全 比如 例如 另外 总之 反正 无论 不管 除了 通过 根据 按照 "
    "這 這個 這些 這樣 這裡 這裏 這麼 這種 那麼 那裡 我們 你們 他們 她們 沒 沒有 會 來 說 對 對於 與 為 為了 為什麼 還 還是 還有 從 後 過 個 種 時 時候 裡 裏 給 讓 應該 雖然 因為 所以 但是 "
    "什麼 怎麼 怎麼樣 誰 幾 覺得 感覺 認為 知道 非常 真的 點 一點 有點 已經 並 並且 並不 不過 而且 如果 甚麼 之後 以後 無論 於 於是 當 當然 當時 其實 這次 這次的"
)
_JAPANESE = (
    "こと もの ため これ それ あれ この その あの ここ そこ です ます でした ました ません ない なかった ある あり あった いる いた いて います いました する した して しました します できる なる なった なり なって "
    "から まで より だけ ほど など くらい ぐらい しか さえ とても かなり ちょっと もう また まだ よく でも しかし そして または および について として という ように ような のような にも には では とは へは からの "
    "ですが ますが けど けれど けれども だから ので のに なら ならば れば たら られる れる せる そう こう どう どの どれ そんな こんな あんな みたい らしい わけ はず つもり ところ とき たち さん 私 僕 俺 今 方 人 何 時 日 年 月 的 事 中 後 前 上 下 "
    "おり ており ていた ている てい てきた てくれ ください ありました ありません あります でしょう でしたが だった だと だが 思 見 行 来 言 出 入 私達 今回 本当"
)
_THAI = (
    "ที่ และ เป็น ของ ใน การ มี ไม่ ให้ ได้ จะ ว่า กับ ก็ มา ไป นี้ นั้น จาก แต่ หรือ ถ้า แล้ว มาก ด้วย อยู่ คือ ซึ่ง เพราะ ถึง ต้อง กว่า อีก ทำ ผม ฉัน เรา เขา คุณ ครับ ค่ะ นะ เลย แบบ"
)

STOP_WORDS: dict[str, frozenset[str]] = {
    **{language: frozenset(words.split()) for language, words in _SPACED.items()},
    "zh": frozenset(_CHINESE.split()), "ja": frozenset(_JAPANESE.split()), "th": frozenset(_THAI.split()),
}  # fmt: skip
