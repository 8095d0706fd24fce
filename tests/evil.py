"""The bad uploads: small ones are kept in tests/data/evil, large ones and zips are made here, the same every time."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from PIL import Image

from tests.dataset.made import noise, png

KEPT = Path(__file__).parent / "data" / "evil"
Member = tuple[str, bytes]
GREYS, COLOURS = noise(1, 32, 32, 1), noise(2, 32, 32, 3)


def evil_file(name: str, folder: Path) -> Path:
    """The bad upload of that name, made in `folder` where it is not kept."""
    kept = KEPT / name
    if kept.is_file():
        return kept
    path = folder / Path(name).name
    path.write_bytes(MADE[name]())
    return path


def _lines(header: str, rows: Iterable[str]) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


def _classes_10000() -> bytes:
    generator = random.Random(0)
    return _lines("a,b,y", (f"{generator.gauss(0, 1):.3f},{generator.gauss(0, 1):.3f},k{i % 10_000}" for i in range(30_000)))


def _id_and_high_cardinality() -> bytes:
    generator = random.Random(1)
    return _lines("id,uuid,a,y", (f"{i},{generator.getrandbits(64):032x},{generator.gauss(0, 1)},{generator.choice('pq')}" for i in range(5_000)))


def _enc_late_nonutf8() -> bytes:
    return b"a,y\n" + b"1,yes\n2,no\n" * 200_000 + b"3,oui \xe9\n"


def _long_name() -> bytes:
    return (KEPT / "csv" / "tab_named_csv.csv").read_bytes().replace(b"\t", b",")


def _very_long_cell() -> bytes:
    return _lines("a,t,y", (f"{i},{'z' * (5_000_000 if i == 100 else 5)},{('no', 'yes')[i % 2]}" for i in range(200)))


def _very_long_header() -> bytes:
    generator = random.Random(2)
    return _lines("a," + "x" * 100_000 + ",y", (f"{generator.gauss(0, 1):.3f},{generator.gauss(0, 1):.3f},{'pq'[i % 2]}" for i in range(100)))


def _wide_5000_cols() -> bytes:
    cells = np.random.default_rng(0).normal(size=(300, 5_000)).round(3).astype(str)
    return _lines(",".join([*(f"c{i}" for i in range(5_000)), "y"]), (",".join([*row, "pq"[i % 2]]) for i, row in enumerate(cells)))


def _one_1mb_document() -> bytes:
    return _lines("text,label", (f'"{"word " * (200_000 if i == 4 else 5)}",{i % 2}' for i in range(100)))


def _zip(members: Iterable[Member], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return stream.getvalue()


def animals(name: str = "{label}/{i:02}.png", labels: Iterable[str] = ("cat", "dog"), pictures: int = 30, seed: int = 0) -> list[Member]:
    """Thirty pictures of each class, under names of that form."""
    return [
        (name.format(label=label, i=i), png(noise(seed + 1000 * k + i, 32, 32)))
        for k, label in enumerate(labels)
        for i in range(pictures)
    ]


def _more(*members: Member) -> bytes:
    return _zip([*animals(), *members])


def _one(seed: int) -> bytes:
    return png(noise(seed, 32, 32))


def _saved(picture: Image.Image, form: str, **options: object) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, form, **options)  # type: ignore[arg-type]
    return stream.getvalue()


def _modes() -> list[Member]:
    colour, grey = Image.fromarray(COLOURS), Image.fromarray(GREYS)
    frames = [Image.fromarray(noise(k, 32, 32)) for k in range(8)]
    later = {"save_all": True, "append_images": frames[1:]}
    turned = Image.Exif()
    turned[0x0112] = 6
    return [
        ("cat/rgba.png", _saved(colour.convert("RGBA"), "PNG")), ("cat/la.png", _saved(grey.convert("LA"), "PNG")),
        ("cat/l.png", _saved(grey, "PNG")), ("cat/p.png", _saved(colour.quantize(16), "PNG")),
        ("cat/p_transparent.png", _saved(colour.quantize(16), "PNG", transparency=3)), ("cat/bit1.png", _saved(grey.convert("1"), "PNG")),
        ("cat/cmyk.jpg", _saved(colour.convert("CMYK"), "JPEG")), ("cat/grey.jpg", _saved(grey, "JPEG")), ("cat/ycbcr.jpg", _saved(colour.convert("YCbCr"), "JPEG")),
        ("dog/grey16.png", _saved(Image.fromarray(GREYS.astype(np.uint16) * 257), "PNG")),
        ("dog/float32.tif", _saved(Image.fromarray(GREYS.astype(np.float32) / 255), "TIFF")),
        ("dog/int32.tif", _saved(Image.fromarray(GREYS.astype(np.int32) * 1000), "TIFF")),
        ("dog/anim.gif", _saved(frames[0], "GIF", **later)), ("dog/anim.webp", _saved(frames[0], "WEBP", **later)),
        ("dog/apng.png", _saved(frames[0], "PNG", **later)), ("dog/multipage.tif", _saved(frames[0], "TIFF", **later)),
        ("dog/bmp.bmp", _saved(colour, "BMP")), ("dog/webp.webp", _saved(colour, "WEBP")), ("dog/ico.ico", _saved(colour, "ICO", sizes=[(32, 32)])),
        ("dog/ppm.ppm", _saved(colour, "PPM")), ("dog/exif_rot6.jpg", _saved(colour.resize((48, 32)), "JPEG", exif=turned)),
    ]  # fmt: skip


def _huge() -> bytes:
    """A picture of 2.5 thousand million pixels in a third of a megabyte."""
    import struct
    import zlib

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(6_251 * 5_000), 9)) + chunk(b"IEND", b"")


def _size_lie() -> bytes:
    """Declares 1,000 bytes, inflates to 200 MB."""
    data = bytearray(_zip([("cat/0.png", bytes(200_000_000)), ("dog/0.png", _one(1))]))
    true, lie = (200_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little")
    while (at := data.find(true)) >= 0:
        data[at : at + 4] = lie
    return bytes(data)


def _gbk_names() -> bytes:
    stand_ins = {"AAAA": "猫咪", "BBBB": "小狗"}
    data = _zip(animals(labels=stand_ins), zipfile.ZIP_STORED)
    for stand_in, label in stand_ins.items():
        data = data.replace(stand_in.encode(), label.encode("gbk"))
    return data


def _nested() -> bytes:
    level1 = _zip(animals())
    level2 = _zip([("level1.zip", level1), ("cat/1.png", _one(1))])
    return _zip([("level2.zip", level2), ("cat/2.png", _one(2))], zipfile.ZIP_STORED)


def _duplicate_names() -> bytes:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # zipfile says that the name is there twice: it shall be
        return _more(("cat/00.png", _one(71)), ("cat/00.png", _one(72)))


def _mixed_sizes() -> list[Member]:
    return [(f"{label}/{i:02}.png", png(noise(i, 8 + 29 * i // 3, 8 + 13 * i // 3))) for label in ("cat", "dog") for i in range(30)]


MADE: dict[str, Callable[[], bytes]] = {
    "csv/classes_10000.csv": _classes_10000,
    "csv/id_and_high_cardinality.csv": _id_and_high_cardinality,
    "csv/enc_late_nonutf8.csv": _enc_late_nonutf8,
    "csv/" + "n" * 180 + "名.csv": _long_name,
    "csv/very_long_cell.csv": _very_long_cell,
    "csv/very_long_header.csv": _very_long_header,
    "csv/wide_5000_cols.csv": _wide_5000_cols,
    "text/one_1MB_document.csv": _one_1mb_document,
    "zip/ok_small.zip": lambda: _zip(animals()),
    "zip/prefix_junk.zip": lambda: b"MZ" + bytes(998) + _zip(animals()),
    "zip/one_class.zip": lambda: _zip(animals(labels=("cat",))),
    "zip/class_with_one_image.zip": lambda: _more(("bird/0.png", _one(7))),
    "zip/empty_class_folder.zip": lambda: _more(("fish/", b"")),
    "zip/flat_no_folders.zip": lambda: _zip(animals("{label}_{i:02}.png")),
    "zip/extra_top_folder.zip": lambda: _zip(animals("my data/export/{label}/{i:02}.png")),
    "zip/train_val_test.zip": lambda: _zip([m for k, part in enumerate(("train", "val", "test")) for m in animals(part + "/{label}/{i:02}.png", seed=k * 10_000)]),
    "zip/macos_junk.zip": lambda: _more(
        ("__MACOSX/cat/._00.png", b"\0\5\x16\7"), ("cat/.DS_Store", b"x"), ("cat/Thumbs.db", b"x"), ("desktop.ini", b"x"), ("cat/readme.txt", b"hi")
    ),
    "zip/uppercase_ext.zip": lambda: _zip((name.removesuffix(".png") + (".PNG", ".Png", ".JPG", "")[i % 4], content) for i, (name, content) in enumerate(animals())),
    "zip/duplicate_names.zip": _duplicate_names,
    "zip/unicode_labels.zip": lambda: _zip([*animals(labels=("猫🐱", "كلب")), ("caf\u00e9/1.png", _one(1)), ("cafe\u0301/2.png", _one(2)), ("caf\u00e9/3.png", _one(3))]),
    "zip/gbk_folder_names.zip": _gbk_names,
    "zip/reserved_names.zip": lambda: _more(
        ("CON/1.png", _one(1)), ("aux.png/2.png", _one(2)), ("a" * 250 + "/3.png", _one(3)), ("cat/we:ird?*|.png", _one(4)), ("-rf/1.png", _one(5))
    ),
    "zip/deep_path_300.zip": lambda: _more(("d/" * 300 + "1.png", _one(1))),
    "zip/zip_slip.zip": lambda: _more(
        ("../../../../tmp/zip_slip_evil.txt", b"owned"), ("cat/../../../zip_slip_evil2.png", _one(1)), ("/tmp/zip_slip_abs.txt", b"owned"),
        ("..\\..\\zip_slip_win.txt", b"owned"), ("C:\\zip_slip_c.txt", b"owned"),
    ),
    "zip/nested_zip.zip": _nested,
    "zip/zip_bomb_size_lie.zip": _size_lie,
    "zip/all_corrupt.zip": lambda: _zip((name, b"nope") for name, _ in animals()),
    "zip/huge_dimension_50000x50000.zip": lambda: _more(("cat/huge.png", _huge())),
    "zip/extreme_aspect.zip": lambda: _more(("cat/line.png", png(noise(1, 1, 8_000))), ("dog/line.png", png(noise(2, 8_000, 1))), ("dog/one.png", png(noise(3, 1, 1)))),
    "zip/all_1x1.zip": lambda: _zip((f"{label}/{i}.png", png(noise(50 * k + i, 1, 1))) for k, label in enumerate("ab") for i in range(50)),
    "zip/mixed_sizes.zip": lambda: _zip(_mixed_sizes()),
    "zip/mixed_modes.zip": lambda: _more(*_modes()),
    "zip/lzma.zip": lambda: _zip(animals(), zipfile.ZIP_LZMA),
    "zip/python_inside.zip": lambda: _more(("cat/__init__.py", b"raise SystemExit"), ("model.pkl", b"cos\nsystem\n(."), ("dog/x.png.exe", b"MZ")),
}  # fmt: skip
