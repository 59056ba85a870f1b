# SPDX-License-Identifier: Apache-2.0
"""Replies of keyassayd against botocore's model of the service: every member known, types and constraints right.

    iot = watch(server.client())     # from now on a reply that the model does not know fails the call that got it
    check_reply("ListCACertificates", 200, {}, b'{"certificates": []}')   # the same for one reply

Errors too: an operation answers only with errors that it has in the model, with their status and members, or with those of AWS's
front end, which no model has.
"""
import json
import re

import botocore.session

FRONT_END = {  # name: status
    "MissingAuthenticationTokenException": 403,
    "UnrecognizedClientException": 403,
    "InvalidSignatureException": 403,
    "IncompleteSignatureException": 403,
    "ExpiredTokenException": 403,
    "AccessDeniedException": 403,
    "RequestEntityTooLargeException": 413,
    "UnsupportedMediaTypeException": 415,
}
# What we answer on purpose beyond an enum: a CA certificate that moves to another account.
MORE_VALUES = {"CACertificateStatus": {"PENDING_TRANSFER"}}
# And beyond a structure, of a CA that moved: with the shapes of the same members of a device certificate.
MORE_MEMBERS = {"CACertificateDescription": ("CertificateDescription", {"previousOwnedBy", "transferData"})}

MODEL = botocore.session.get_session().get_service_model("iot")


class NotInModel(AssertionError):
    """A reply that the model does not allow."""


def _pattern_matches(pattern, text):
    """The model's patterns are Java's; what Python's re cannot say is not checked."""
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:
        return True


def _check_string(shape, value, place):
    if not isinstance(value, str):
        yield f"{place} must be a string, not {value!r}"
        return
    meta = shape.metadata
    if "enum" in meta and value not in set(meta["enum"]) | MORE_VALUES.get(shape.name, set()):
        yield f"{place}: {value!r} is none of {meta['enum']}"
    if len(value) < meta.get("min", 0):
        yield f"{place}: {len(value)} characters, and at least {meta['min']} are wanted"
    if len(value) > meta.get("max", 1 << 31):
        yield f"{place}: {len(value)} characters, and at most {meta['max']} are wanted"
    if "pattern" in meta and not _pattern_matches(meta["pattern"], value):
        yield f"{place}: {value!r} does not match {meta['pattern']}"


def _check_number(shape, value, place):
    if isinstance(value, bool) or not isinstance(value, int):
        yield f"{place} must be an integer, not {value!r}"
    elif not shape.metadata.get("min", value) <= value <= shape.metadata.get("max", value):
        yield f"{place}: {value} is outside of {shape.metadata}"


def _check_structure(shape, value, place):
    if not isinstance(value, dict):
        yield f"{place} must be an object, not {value!r}"
        return
    wire = {member.serialization.get("name", name): member for name, member in shape.members.items()}
    if shape.name in MORE_MEMBERS:
        other, names = MORE_MEMBERS[shape.name]
        wire.update((name, MODEL.shape_for(other).members[name]) for name in names)
    for name in value.keys() - wire.keys():
        yield f"{place}.{name}: {shape.name} has no such member"
    for name in shape.required_members:
        if name not in value:
            yield f"{place}.{name} is required"
    for name, member in value.items():
        if member is None:
            yield f"{place}.{name} is null: leave it out"
        elif name in wire:
            yield from _check(wire[name], member, f"{place}.{name}")


def _check_list(shape, value, place):
    if not isinstance(value, list):
        yield f"{place} must be a list, not {value!r}"
        return
    for number, element in enumerate(value):
        yield from _check(shape.member, element, f"{place}[{number}]")


def _check_map(shape, value, place):
    if not isinstance(value, dict):
        yield f"{place} must be an object, not {value!r}"
        return
    for key, element in value.items():
        yield from _check(shape.key, key, f"{place} key {key!r}")
        yield from _check(shape.value, element, f"{place}.{key}")


def _check_boolean(shape, value, place):
    if not isinstance(value, bool):
        yield f"{place} must be true or false, not {value!r}"


def _check_timestamp(shape, value, place):
    # The SDK for JavaScript takes nothing but numbers.
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        yield f"{place} must be seconds as a number, not {value!r}"


CHECKS = {
    "string": _check_string,
    "integer": _check_number,
    "long": _check_number,
    "boolean": _check_boolean,
    "timestamp": _check_timestamp,
    "structure": _check_structure,
    "list": _check_list,
    "map": _check_map,
}


def _check(shape, value, place):
    yield from CHECKS[shape.type_name](shape, value, place)


def _refuse_twice(pairs):
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise NotInModel(f"members twice in one object: {names}")
    return dict(pairs)


def _error_shapes(operation):
    return {shape.name: shape for shape in operation.error_shapes}


def _check_error(operation, status, headers, body):
    name = headers.get("x-amzn-errortype", "")
    shape = _error_shapes(operation).get(name)
    if "message" not in body:
        yield "an error without message"
    if shape is None and FRONT_END.get(name) == status:
        return
    if shape is None:
        yield f"{operation.name} has no error {name!r} ({status})"
        return
    if shape.metadata.get("error", {}).get("httpStatusCode") != status:
        yield f"{name} has status {shape.metadata.get('error')}, not {status}"
    yield from _check_structure(shape, body, name)


def problems(operation_name, status, headers, body):
    """Everything in a reply that the model does not allow."""
    operation = MODEL.operation_model(operation_name)
    headers = {name.lower(): value for name, value in headers.items()}
    if not body:
        return [f"{operation_name}: an empty body"]
    try:
        value = json.loads(body, object_pairs_hook=_refuse_twice)
    except ValueError as error:
        return [f"{operation_name}: not JSON: {error}"]
    found = []
    if not headers.get("content-type", "application/json").startswith("application/json"):
        found.append(f"content type {headers['content-type']}")
    if not isinstance(value, dict):
        found.append(f"{value!r} is no object")
    elif status >= 300:
        found += _check_error(operation, status, headers, value)
    elif operation.output_shape is not None:
        found += _check_structure(operation.output_shape, value, operation_name)
    elif value:
        found.append(f"{operation_name} has no output, and this is some: {value!r}")
    if status < 300 and status != operation.http.get("responseCode", 200):
        found.append(f"status {status}")
    return found


def check_reply(operation_name, status, headers, body):
    """Raises NotInModel."""
    found = problems(operation_name, status, headers, body)
    if found:
        raise NotInModel(f"{operation_name}: {'; '.join(found)}: {body[:1000]!r}")


def watch(client):
    """Checks every reply that a boto3 client gets from now on."""

    def received(response_dict, context, exception, event_name, **_):
        if exception is None and response_dict is not None:
            check_reply(event_name.rsplit(".", 1)[1], response_dict["status_code"], response_dict["headers"], response_dict["body"])

    client.meta.events.register("response-received.iot", received)
    return client
