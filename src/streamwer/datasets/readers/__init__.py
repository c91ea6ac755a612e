"""The forms in which people keep recordings with transcripts, one reader per module.

A form is recognised by what lies in the folder; the first that fits is taken, in the order of
`FORMS`: those with an unmistakable file come first.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from streamwer.datasets.dataset_folder import Folder
from streamwer.datasets.readers import (
    audiofolder,
    json_lines,
    kaldi,
    librispeech,
    ljspeech,
    pairs,
    parquet,
    table,
    timed_transcripts,
)
from streamwer.datasets.readers.base import Form
from streamwer.errors import ConfigError, DatasetError

FORMS: Mapping[str, Form] = {
    "ljspeech": ljspeech.FORM,
    "audiofolder": audiofolder.FORM,
    "kaldi": kaldi.FORM,
    "librispeech": librispeech.FORM,
    "json_lines": json_lines.FORM,
    "parquet": parquet.FORM,
    "table": table.FORM,
    "pairs": pairs.FORM,
    "timed": timed_transcripts.FORM,
}
"""By name of `dataset.form`, in the order in which they are looked for."""


def recognise(folder: Folder, name: str) -> Form:
    """The form of a folder, or the one that the config names.

    Raises:
        ConfigError: there is no form of that name.
        DatasetError: the folder has none of the forms, or not the one that was named.
    """
    if name != "auto" and name not in FORMS:
        raise ConfigError(f"dataset.form={name} must be auto or one of {', '.join(FORMS)}")
    looked_for = FORMS if name == "auto" else {name: FORMS[name]}
    for form in looked_for.values():
        if form.detect(folder):
            return form
    kinds = "".join(f"\n  {form.looks}" for form in looked_for.values())
    here = f"no recordings with transcripts here{_foreign(folder)}{_below(folder, looked_for)}"
    raise DatasetError(f"{folder.path}: {here}; needed is:{kinds}")


def _foreign(folder: Folder) -> str:
    """What is there and might be meant, but cannot be read: lists in UTF-16, and archives."""
    found = folder.files("*.jsonl", "*.json", "*.csv", "*.tsv")
    lists = [path.name for path in found if folder.binary(path.name)]
    archives = [path.name for path in folder.files("*.zip", "*.tar", "*.gz", "*.tgz", "*.7z")]
    told = {"not UTF-8 text; save it as such": lists, "an archive; unpack it": archives}
    parts = [f"{', '.join(names)}: {what}" for what, names in told.items() if names]
    return f" ({'; '.join(parts)})" if parts else ""


def _below(folder: Folder, forms: Mapping[str, Form]) -> str:
    """The folders in it that have a form, such as the parts of a data set."""
    inside = [] if folder.only else sorted(folder.path.glob("[!.]*/"))
    found = [path.name for path in inside if not path.is_symlink() and _has_any(path, forms)]
    return f", but in {', '.join(found)}: name one of them in dataset.path" if found else ""


def _has_any(path: Path, forms: Mapping[str, Form]) -> bool:
    try:
        return any(form.detect(Folder(path)) for form in forms.values())
    except OSError:  # it may not be looked into
        return False


__all__ = ["FORMS", "Form", "recognise"]
