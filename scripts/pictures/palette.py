"""Pictures of pages in few colours: flat ones as they are, the blends at the edges of signs by the nearest of some.

A page has some twenty flat colours and thousands of blends. Without dithering text stays sharp, and a lossless WebP of
it weighs a fifth of the PNG that a browser takes.
"""

import io
import sys
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from app.charts.palette import grade_colours

FLAT: Final = 24
BLENDS: Final = 24
MOST_BYTES: Final = 3_000_000
"""All pictures together: whoever clones the repository fetches them all, with every version that ever was."""


def keep(shot: bytes, path: Path) -> None:
    """Keep a picture as a browser took it (PNG) in few colours; ``path`` ends in .webp."""
    picture = Image.open(io.BytesIO(shot)).convert("RGB")
    reduced(picture).save(path, "WEBP", lossless=True, quality=100, method=4)


def reduced(picture: Image.Image) -> Image.Image:
    """Return the picture (RGB) in at most 48 colours beside those of the grades, without dithering."""
    pixels = np.asarray(picture, dtype=np.int64)
    packed = pixels[..., 0] << 16 | pixels[..., 1] << 8 | pixels[..., 2]
    colours, places, counts = np.unique(packed, return_inverse=True, return_counts=True)
    channels = _channels(colours)
    by_area = np.argsort(counts, kind="stable")[::-1]
    palette = np.concatenate([_of_grades(), channels[by_area[:FLAT]], _blends(channels[by_area[FLAT:]])])
    distances = ((channels[:, None, :] - palette[None, :, :]) ** 2).sum(axis=2)
    near = palette[distances.argmin(axis=1)].astype(np.uint8)
    return Image.fromarray(near[places.reshape(packed.shape)])


def _of_grades() -> NDArray[np.int64]:
    """Return the colours of the grades: they may fill a swatch and no more, and must not read as another's."""
    return np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in grade_colours(6)], dtype=np.int64)


def _channels(packed: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.stack([packed >> 16, packed >> 8 & 0xFF, packed & 0xFF], axis=1)


def _blends(colours: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return some colours (N × 3) that stand for many."""
    if len(colours) <= BLENDS:
        return colours
    row = Image.fromarray(colours.astype(np.uint8)[None, :, :])
    few = row.quantize(BLENDS, method=Image.Quantize.MEDIANCUT, kmeans=2, dither=Image.Dither.NONE)
    return np.array(few.getpalette() or [], dtype=np.int64)[: 3 * BLENDS].reshape(-1, 3)


def weigh(folder: Path) -> None:
    """End the run if all pictures of a folder weigh more than they may together."""
    weight = sum(path.stat().st_size for path in folder.glob("*.*"))
    print(f"{weight / 1e6:.1f} MB of pictures")
    if weight > MOST_BYTES:
        sys.exit(f"pictures: {weight} bytes together, {MOST_BYTES} are allowed: leave some out")
