"""Renders the templates of jinja2-results.json with Jinja2, as chat templates are rendered elsewhere, and writes its results beside them."""
import datetime
import json
import pathlib

import jinja2.ext
from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

NOW = datetime.datetime(2025, 1, 2, 3, 4, 5)
path = pathlib.Path(__file__).with_suffix(".json")
document = json.loads(path.read_text(encoding="utf-8"))


def raise_exception(message):
    raise TemplateError(message)


def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[jinja2.ext.loopcontrols])
environment.filters["tojson"] = tojson
environment.globals["raise_exception"] = raise_exception
environment.globals["strftime_now"] = NOW.strftime

for case in document["cases"]:
    case.pop("text", None)
    case.pop("error", None)
    try:
        case["text"] = environment.from_string(case["template"]).render(**document["variables"])
    except Exception as error:
        case["error"] = f"{type(error).__name__}: {error}"
path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
