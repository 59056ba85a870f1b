# SPDX-License-Identifier: Apache-2.0
"""Every operation's documented errors, told by three clients: refusals_test.py KEYASSAYD ROUTES_DUMP [part of a test's name...]

The cases are tables, refusals_*.py, of one world (refusal_world.py). Each client must tell each refusal with the model's name and status
and the words of our message, and nothing may have changed by it. Beside them, for every operation by every client: what a full disk, a
damaged database and a role give. test_every_documented_error_is_shown holds the tables against the model: an error that an operation
documents has a case, or stands in EXCEPTIONS with the reason.
"""
import contextlib
import json
import resource
import subprocess
import sys

import refusals_audits
import refusals_certificates
import refusals_mitigation
from refusal_world import World
from keyassayd import run_tests
from model import FRONT_END, MODEL
from tellers import AwsCommand, AwsInside, Boto3, JavaScript, Refused, tellers

SECTIONS = [refusals_certificates, refusals_audits, refusals_mitigation]
ROUTES = json.loads(subprocess.run([sys.argv.pop(2)], check=True, capture_output=True).stdout)["operations"]
ROUTES = {name: route for name, route in ROUTES.items() if not route["path"].startswith("/keyassay/v1/")}
DOCUMENTED = {(name, error.name) for name in ROUTES for error in MODEL.operation_model(name).error_shapes}
UNAVAILABLE, FAILURE, DENIED = "ServiceUnavailableException", "InternalFailureException", "AccessDeniedException"

# (which operations: one, or a function of the route; error; why keyassayd never gives it)
EXCEPTIONS = [
    (lambda route: True, "ThrottlingException", "keyassayd has no rates"),
    (lambda route: True, "UnauthorizedException", "who asks is judged before the operation, by the errors of AWS's front end"),
    (lambda route: not route["writes"], UNAVAILABLE, "reads go on while the database cannot be written (shown below); "
     "what cannot be read is shown where reads can be broken, in server/store/sqlite/fault_test.c"),
    ("DescribeEndpoint", FAILURE, "asks nothing of the database"),
    ("GetRegistrationCode", "InvalidRequestException", "has no parameters"),
    ("RegisterCACertificate", "ResourceNotFoundException", "is for templates that do not exist; here their names are only kept"),
    ("DeleteCertificate", "DeleteConflictException", "is for things and policies, which there are none of here"),
    ("CreateAuditSuppression", "LimitExceededException", "no number is documented, and keyassayd has none"),
]


def is_exception(name, error):
    return any(error == which and (name == whom if isinstance(whom, str) else whom(ROUTES[name])) for whom, which, _ in EXCEPTIONS)


class Shared:
    """One world and its rows for all tests, made when the first asks for them."""
    world, rows = None, {}


def get_world():
    Shared.world = Shared.world or World()
    return Shared.world


def rows(kind, width):
    """The tables' rows, with who asks filled in."""
    if kind not in Shared.rows:
        Shared.rows[kind] = [row if len(row) > width else (*row, "a") for section in SECTIONS for row in getattr(section, kind)(get_world())]
    return Shared.rows[kind]


def refusals():
    """(operation, error, words, members, who asks)"""
    return rows("refusals", 4)


def requests():
    """(operation, members, who asks): nothing is wrong with them."""
    return rows("requests", 2)


def status_of(operation, error):
    """The HTTP status that the model, or AWS's front end, gives an error."""
    shapes = {shape.name: shape for shape in MODEL.operation_model(operation).error_shapes}
    if error in shapes:
        return shapes[error].metadata["error"]["httpStatusCode"]
    return {**FRONT_END, UNAVAILABLE: 503}[error]


@contextlib.contextmanager
def telling(kind, **more):
    """A function that gives the teller of somebody: admins a, b, c, or a role."""
    world, made = get_world(), {}

    def teller(who):
        if who not in made:
            made[who] = kind(world.server, world.keys[who], validate=False, **more)
        return made[who]

    try:
        yield teller
    finally:
        for one in made.values():
            one.close()


def tell(teller, operation, error, words, members):
    """What is wrong with how this client tells this refusal, or None."""
    what = f"{teller.name}: {operation} {str(members)[:200]}"
    try:
        return f"{what} was not refused, but answered {teller.call(operation, **members)}"
    except Refused as refused:
        if (refused.name, refused.status) != (error, status_of(operation, error)):
            return f"{what}: wanted {error}, got {refused}"
        missing = [word for word in ([words] if isinstance(words, str) else words) if word not in refused.message]
        return f"{what}: {missing} is not in {refused}" if missing else None


def tell_all(kind, cases, **more):
    """All of them by one client; then the world is as it was."""
    before = get_world().state()
    with telling(kind, **more) as teller:
        wrong = [tell(teller(who), operation, error, words, members) for operation, error, words, members, who in cases]
    wrong = [one for one in wrong if one]
    assert not wrong, f"{len(wrong)} of {len(cases)}:\n" + "\n".join(wrong)
    assert get_world().state() == before, "something that was refused changed something"
    print(f"# {kind.name}: {len(cases)} refusals")


def test_boto3_tells_every_refusal():
    tell_all(Boto3, refusals())


def test_the_aws_command_tells_every_refusal():
    tell_all(AwsInside, refusals())


def test_javascript_tells_every_refusal():
    tell_all(JavaScript, refusals())


def test_the_aws_command_inside_is_the_command():
    """A process of /usr/bin/aws says the same, to the byte: the first case of every error."""
    cases = {error: (operation, members, who) for operation, error, _, members, who in reversed(refusals())}
    world = get_world()
    with telling(AwsInside) as inside:
        for error, (operation, members, who) in cases.items():
            command = AwsCommand(world.server, world.keys[who], validate=False)
            told = command.run(operation, members)
            assert told == inside(who).run(operation, members), (error, told)
            assert told[0] == 254 and f"({error})" in told[2], told
    assert len(cases) >= 10, cases.keys()


def test_roles():
    """What a role may not is refused before anything is looked at; AccessDeniedException is no error of the model."""
    weaker = {"admin": ("auditor", "reader"), "auditor": ("reader",), "reader": ()}
    cases = [(operation, DENIED, ("role", role, operation), members, role) for operation, members, _ in requests()
             for role in weaker[ROUTES[operation]["role"]]]
    assert len(cases) > len(ROUTES) // 2
    for kind in tellers():
        tell_all(kind, cases)


def test_strangers():
    """Keys that nobody has, secrets and session tokens that are wrong: by each client, which signs by itself."""
    world = get_world()
    access, secret = world.server.credentials
    for kind in tellers():
        for key, error in ((("AKIAXXXXXXXXXXXXXXXX", secret, None), "UnrecognizedClientException"),
                           ((access, secret[::-1], None), "InvalidSignatureException"),
                           ((access, secret, "never issued"), "UnrecognizedClientException")):
            teller = kind(world.server, key)
            wrong = tell(teller, "ListCACertificates", error, "", {})
            teller.close()
            assert not wrong, wrong


def test_a_full_disk():
    """Every operation that writes, by each client: 503, and nothing is half-written. Reads go on."""
    world = get_world()
    writes = [(operation, UNAVAILABLE, "Nothing was changed", members, who) for operation, members, who in requests()
              if ROUTES[operation]["writes"]]
    reads = [(operation, members, who) for operation, members, who in requests() if not ROUTES[operation]["writes"]]
    everyone = resource.RLIM_INFINITY
    resource.prlimit(world.server.process.pid, resource.RLIMIT_FSIZE, (4096, everyone))
    try:
        for kind in tellers():
            # The model has no 503 for the audit's operations.
            unchecked = {} if kind is JavaScript else {"checked": False}
            tell_all(kind, writes, **unchecked)
            with telling(kind) as teller:
                for operation, members, who in reads:
                    teller(who).call(operation, **members)
    finally:
        resource.prlimit(world.server.process.pid, resource.RLIMIT_FSIZE, (everyone, everyone))


@contextlib.contextmanager
def without_tables(world):
    """All that operations look at is gone; who asks can still be found out."""
    keep = {"account", "access_key", "schema_version"}
    database = world.open_database()
    try:
        names = {name for name, in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")} - keep

        def rename(before, after):
            database.execute("BEGIN")
            for name in names:
                database.execute(f"ALTER TABLE {before}{name} RENAME TO {after}{name}")
            database.execute("COMMIT")

        rename("", "gone_")
        yield
        rename("gone_", "")
    finally:
        database.close()


def test_a_damaged_database():
    """Every operation says 500, by each client, and all is well when the tables are there again."""
    cases = [(operation, FAILURE, "log has the reason", members, who) for operation, members, who in requests()
             if not is_exception(operation, FAILURE)]
    with without_tables(get_world()):
        for kind in tellers():
            tell_all(kind, cases)


def test_every_documented_error_is_shown():
    asked = {operation for operation, *_ in requests()}
    assert asked == ROUTES.keys(), f"one request of each operation: {asked ^ ROUTES.keys()}"
    shown = {(operation, error) for operation, error, *_ in refusals()}
    assert not shown - DOCUMENTED, f"not in the model: {shown - DOCUMENTED}"
    shown |= {(operation, FAILURE) for operation in asked if not is_exception(operation, FAILURE)}
    shown |= {(operation, UNAVAILABLE) for operation in asked if ROUTES[operation]["writes"]}
    excepted = {pair for pair in DOCUMENTED if is_exception(*pair)}
    missing, needless = DOCUMENTED - shown - excepted, shown & excepted
    assert not missing, f"documented, and neither shown nor an exception: {sorted(missing)}"
    assert not needless, f"exceptions that are shown: {sorted(needless)}"
    print(f"# {len(DOCUMENTED)} documented errors of {len(ROUTES)} operations: {len(DOCUMENTED & shown)} shown, {len(excepted)} never given")


def test_nothing_was_wrong_with_the_requests():
    """Those of the tests above were refused for what the test did: here all of them succeed. The last test: it changes the world."""
    with telling(Boto3) as teller:
        for operation, members, who in requests():
            teller(who).call(operation, **members)


if __name__ == "__main__":
    if JavaScript not in tellers():
        del globals()["test_javascript_tells_every_refusal"]
        print("# SKIP javascript: KEYASSAY_NODE_MODULES names no folder")
    status = run_tests(globals())
    if Shared.world is not None:
        Shared.world.close()
    sys.exit(status)
