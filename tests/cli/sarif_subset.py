# SPDX-License-Identifier: Apache-2.0
"""The parts of SARIF 2.1.0 that keyassay writes, as a JSON schema written from the OASIS standard (section numbers at each part).

It is stricter than the standard's own schema: members that keyassay does not write are mistakes. KEYASSAY_SARIF_SCHEMA names a copy of
the standard's schema (sarif-schema-2.1.0.json), which the documents must then satisfy as well.
"""
import json
import os

import jsonschema


def record(required, **optional):
    """An object with these members and no others; required: names of optional that must be there."""
    return {"type": "object", "properties": optional, "required": required.split(), "additionalProperties": False}


TEXT = {"type": "string", "minLength": 1}
COUNT = {"type": "integer", "minimum": 0}
# 3.11.8: plain text.
MESSAGE = record("text", text=TEXT)
# 3.10: RFC 3986 says what a URI reference is made of; 3.4.3: an absolute one or one relative to where the run took place.
URI = {"type": "string", "pattern": "^[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]+$", "not": {"pattern": "%(?![0-9A-F]{2})"}}
# 3.28, 3.29, 3.4, 3.30.11
LOCATION = record("physicalLocation", physicalLocation=record(
    "artifactLocation", artifactLocation=record("uri", uri=URI), region=record("byteOffset", byteOffset=COUNT)))
LOCATIONS = {"type": "array", "minItems": 1, "items": LOCATION}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
# 3.49
RULE = record("id shortDescription help", id=TEXT, shortDescription=MESSAGE, help=MESSAGE, helpUri=URI)
# 3.18, 3.19
TOOL = record("driver", driver=record(
    "name version rules", name={"const": "keyassay"}, version=TEXT,
    semanticVersion={"type": "string", "pattern": r"^[0-9]+\.[0-9]+\.[0-9]+$"},
    informationUri=URI, rules={"type": "array", "uniqueItems": True, "items": RULE}))
# 3.8: a property bag holds what it likes.
BAG = {"type": "object"}
# 3.27; 3.27.17: names of fingerprints end in a version.
RESULT = record(
    "ruleId ruleIndex kind level message locations", ruleId=TEXT, ruleIndex=COUNT, kind={"enum": ["fail", "open"]}, level=LEVEL,
    message=MESSAGE, locations=LOCATIONS, properties=BAG,
    partialFingerprints={"type": "object", "propertyNames": {"pattern": "^[A-Za-z]+/v[0-9]+$"}, "additionalProperties": TEXT})
# 3.58, 3.52
NOTIFICATION = record("descriptor level message", descriptor=record("id", id=TEXT), level=LEVEL, message=MESSAGE, locations=LOCATIONS)
# 3.20
INVOCATION = record("executionSuccessful", executionSuccessful={"type": "boolean"},
                    toolExecutionNotifications={"type": "array", "items": NOTIFICATION})
# 3.13, 3.14
DOCUMENT = record("version runs $schema", version={"const": "2.1.0"}, runs={"type": "array", "items": record(
    "tool results", tool=TOOL, results={"type": "array", "items": RESULT}, properties=BAG,
    invocations={"type": "array", "items": INVOCATION})})
DOCUMENT["properties"]["$schema"] = URI


def validate(text):
    """Returns the document's only run."""
    document = json.loads(text)
    jsonschema.validate(document, DOCUMENT)
    official = os.environ.get("KEYASSAY_SARIF_SCHEMA")
    if official:
        with open(official, encoding="utf-8") as file:
            jsonschema.validate(document, json.load(file))
    run, = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"], result  # 3.27.6
        assert (result["level"] == "none") == (result["kind"] != "fail"), result  # 3.27.10
    return run
