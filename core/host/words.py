"""What is wrong with a plugin, said in one sentence in the reader's language."""

from __future__ import annotations

from core.host.discovery import Catalogue
from core.host.faults import Fault
from core.i18n import _, get_locale


def sentence(fault: Fault, catalogue: Catalogue) -> str:
    """Why the plugin cannot take part."""
    facts = dict(fault.facts)
    facts["needs"] = title_of(facts.get("needs", ""), catalogue)
    facts["wanted"] = range_in_words(facts.get("wanted", ""))
    match fault.code:
        case "core_version":
            return _("It needs Prospecto %(wanted)s, and this is %(found)s.", **facts)
        case "version":
            return _("It needs %(needs)s %(wanted)s, and there is %(found)s.", **facts)
        case "absent" if fault.facts.get("needs") == fault.plugin:
            return _("Its code is not here any more; its data is kept.")
        case "absent":
            return _("It needs %(needs)s, which is not here.", **facts)
        case "off":
            return _("It waits for %(needs)s, which is off.", **facts)
        case "cycle":
            return _("It and %(needs)s need each other; neither can be first.", **facts)
        case "import" | "models":
            return _("It could not be loaded: %(error)s", **facts)
        case "migration":
            return _("Its tables could not be made: %(error)s", **facts)
    return _("It failed at %(at)s: %(error)s", **{"at": fault.code, "error": "", **facts})


def title_of(name: str, catalogue: Catalogue) -> str:
    """What people call a plugin; its name where its code is gone."""
    manifest = catalogue.get(name)
    return manifest.title_in(language()) if manifest else name


def range_in_words(text: str) -> str:
    """`>=1.3` as "1.3 or newer"; what is not that simple stays as it is written."""
    if text.startswith(">=") and "," not in text:
        return _("%(version)s or newer", version=text.removeprefix(">=").strip())
    return text


def language() -> str:
    """The reader's, in which a manifest's own texts are chosen."""
    locale = get_locale()
    return locale.language if locale else "en"
