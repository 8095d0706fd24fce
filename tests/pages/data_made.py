"""Files that wait to be looked at, for the tests of the data page."""

from __future__ import annotations

import io
import zipfile

import numpy as np
from PIL import Image
from streamlit.testing.v1 import AppTest

from core.workspace import Workspace
from ui.sources import Source, receive


def keep(workspace: Workspace, content: bytes, name: str = "people.csv") -> Source:
    return receive(workspace, name, memoryview(content))


def table(target: str = "yes,no") -> bytes:
    classes = target.split(",")
    return ("age,job,churn\n" + "".join(f"{20 + i % 40},{'cook' if i % 3 else 'smith'},{classes[i % len(classes)]}\n" for i in range(200))).encode()


def pictures() -> bytes:
    buffer = io.BytesIO()
    rng = np.random.default_rng(0)
    with zipfile.ZipFile(buffer, "w") as file:
        for label in ("cats & <b>dogs</b>", "birds"):
            for i in range(12):
                picture = io.BytesIO()
                Image.fromarray(rng.integers(0, 255, (16, 16, 3), dtype=np.uint8)).save(picture, "PNG")
                file.writestr(f"{label}/{i}.png".replace("</b>", ""), picture.getvalue())
    return buffer.getvalue()


def leaky() -> bytes:
    """`boat` is only known of those who lived."""
    rows = "".join(f"{20 + i * 7 % 50},{'m' if i % 3 else 'f'},{i % 9 + 1 if i % 2 else ''},{2000 + i // 12}-{i % 12 + 1:02d}-01,{'yes' if i % 2 else 'no'}\n" for i in range(240))
    return f"age,sex,boat,day,lived\n{rows}".encode()


def strips(app: AppTest) -> list[str]:
    """Alternative texts of the strips of pictures."""
    return [alt for image in app.get("image") for alt in [picture.alt for picture in image.proto.imgs] if "examples" in alt]
