# SPDX-License-Identifier: Apache-2.0
"""What the black-box tests of keyassay share: running the program, a DER writer, keys made by openssl, and TAP.

A test program is called with the path of keyassay; its functions test_* are the cases. KEYASSAY_VECTORS names the folder of the
independent vectors; cases that need it are skipped without it.
"""
import base64
import collections
import fcntl
import functools
import hashlib
import json
import os
import pty
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import traceback

KEYASSAY = os.path.abspath(sys.argv[1])
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
# No table and, at 2222 bits, none to come.
UNKNOWN_BITS = 2222

Run = collections.namedtuple("Run", "status out err")
Scan = collections.namedtuple("Scan", "status records err")


class Skip(Exception):
    """The case has nothing to run on."""


def environment(**more):
    """The caller's, without what changes the output."""
    env = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "TERM", "TMPDIR")}
    env.update(more)
    return env


def run(*args, stdin=b"", timeout=300, **env):
    done = subprocess.run([KEYASSAY, *args], input=stdin, capture_output=True, timeout=timeout, env=environment(**env), check=False)
    return Run(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))


def set_width(terminal, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))


def start(*args, stdin=False, stdout=False, stderr=subprocess.PIPE, **env):
    """A running keyassay. True: a pipe; False: nothing; else a file."""
    def stream(wanted):
        return subprocess.PIPE if wanted is True else subprocess.DEVNULL if wanted is False else wanted

    env = environment(**{"TERM": "xterm", **env})
    return subprocess.Popen([KEYASSAY, *args], stdin=stream(stdin), stdout=stream(stdout), stderr=stderr, env=env)


def run_on_terminal(*args, streams=("out", "err"), columns=100, stdin=b"", feed=None, out=False, **env):
    """As run, but the streams named are one terminal: returns the status and what it shows. feed(process) runs beside it; out: where
    stdout goes that is no terminal."""
    master, slave = pty.openpty()
    set_width(slave, columns)
    with start(*args, stdin=True, stdout=slave if "out" in streams else out, stderr=slave if "err" in streams else subprocess.DEVNULL,
               **env) as process:
        os.close(slave)
        shown = []

        def read_all():
            try:
                while data := os.read(master, 65536):
                    shown.append(data)
            except OSError:
                pass  # what Linux says when the last writer has closed

        reader = threading.Thread(target=read_all)
        reader.start()
        try:
            process.stdin.write(stdin)
            process.stdin.flush()
            if feed is not None:
                feed(process)
            process.stdin.close()
        except BrokenPipeError:
            pass
        process.wait(300)
        reader.join()
    os.close(master)
    return process.returncode, b"".join(shown).decode("utf-8", "replace").replace("\r\n", "\n")


def scan(*args, stdin=b"", **env):
    """keyassay scan --format jsonl, its lines as dictionaries."""
    done = run("scan", "--format", "jsonl", *args, stdin=stdin, **env)
    assert done.out == b"" or done.out.endswith(b"\n"), done.out[-200:]
    return Scan(done.status, [json.loads(line) for line in done.out.splitlines()], done.err)


def run_shell(script, *args):
    """$0 is keyassay."""
    done = subprocess.run(["/bin/sh", "-c", script, KEYASSAY, *args], capture_output=True, timeout=60, env=environment(), check=False)
    return Run(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))


def run_as_nobody(program, *args, folder):
    """Another copy of the program, run by nobody in a folder; for root."""
    done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program, *args], cwd=folder, stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=60, env=environment(), check=False)
    return Scan(done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr.decode())


def outcomes(records):
    """(source, index, outcome or the error's code) of each."""
    return [(r["source"], r["index"], r["error"]["code"] if r["outcome"] == "error" else r["outcome"]) for r in records]


def checks(record):
    return [finding["check"] for finding in record["findings"]]


def evidence(record, check):
    return next(finding["evidence"] for finding in record["findings"] if finding["check"] == check)


def command(*args, stdin=b""):
    done = subprocess.run(args, input=stdin, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, (args, done.stderr)
    return done.stdout


def openssl(*args, stdin=b""):
    return command("openssl", *args, stdin=stdin)


def write(path, data):
    folder = os.path.dirname(path)
    if folder:
        os.makedirs(folder, exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    return path


def sha256(data):
    return hashlib.sha256(data).hexdigest()


# DER, X.690. Nothing checks what is built: tests build wrong things too.

def tlv(tag, *parts):
    body = b"".join(parts)
    length = len(body)
    if length < 128:
        return bytes([tag, length]) + body
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(digits)]) + digits + body


def sequence(*parts):
    return tlv(0x30, *parts)


def integer(number):
    """Two's complement in the fewest bytes."""
    bits = number.bit_length() if number >= 0 else (number + 1).bit_length()
    return tlv(0x02, number.to_bytes(bits // 8 + 1, "big", signed=True))


def oid(dotted):
    first, second, *rest = map(int, dotted.split("."))
    out = b""
    for arc in [40 * first + second, *rest]:
        group = bytes([arc & 0x7F])
        while arc := arc >> 7:
            group = bytes([arc & 0x7F | 0x80]) + group
        out += group
    return tlv(0x06, out)


def bit_string(data):
    return tlv(0x03, b"\0", data)


NULL = b"\x05\x00"
CURVES = {"secp256r1": "1.2.840.10045.3.1.7", "secp384r1": "1.3.132.0.34", "secp521r1": "1.3.132.0.35", "secp256k1": "1.3.132.0.10"}


def rsa_public(modulus, exponent=65537):
    """PKCS #1."""
    return sequence(integer(modulus), integer(exponent))


def rsa_spki(modulus, exponent=65537):
    return sequence(sequence(oid("1.2.840.113549.1.1.1"), NULL), bit_string(rsa_public(modulus, exponent)))


def ec_spki(curve, point):
    return sequence(sequence(oid("1.2.840.10045.2.1"), oid(CURVES[curve])), bit_string(point))


def name(common_name):
    text = common_name if isinstance(common_name, bytes) else common_name.encode()
    return sequence(tlv(0x31, sequence(oid("2.5.4.3"), tlv(0x0C, text))))


def certificate(spki, subject="test", issuer="issuer", not_before="20200101000000Z", not_after="20991231235959Z"):
    """X.509 v3 with a signature of zeros: keyassay judges keys, whoever signed."""
    algorithm = sequence(oid("1.2.840.10045.4.3.2"))

    def time(text):
        year = int(text[:4])
        return tlv(0x18, text.encode()) if year >= 2050 else tlv(0x17, text[2:].encode())

    tbs = sequence(tlv(0xA0, integer(2)), integer(1234567), algorithm, name(issuer), sequence(time(not_before), time(not_after)),
                   name(subject), spki)
    return sequence(tbs, algorithm, bit_string(b"\0" * 64))


def pem(label, der, line_break="\n"):
    text = base64.b64encode(der).decode()
    lines = [f"-----BEGIN {label}-----", *(text[i:i + 64] for i in range(0, len(text), 64)), f"-----END {label}-----", ""]
    return line_break.join(lines).encode()


def unpem(text):
    lines = text.decode().strip().splitlines()
    return base64.b64decode("".join(lines[1:-1]))


# Keys by openssl; each is made once.

GENERATE = {
    "rsa": ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
    "rsa-unknown": ("-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{UNKNOWN_BITS}"),
    "rsa-small": ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"),
    "rsa-e3": ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-pkeyopt", "rsa_keygen_pubexp:3"),
    "pss": ("-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"),
    "p256": ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
    "p384": ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"),
    "p521": ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"),
    "k256": ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"),
    "ed25519": ("-algorithm", "ED25519"),
    "ed448": ("-algorithm", "ED448"),
}


@functools.lru_cache(maxsize=None)
def private_key(kind):
    """PKCS #8, PEM."""
    if kind == "dsa":
        parameters = openssl("dsaparam", "2048")
        write("dsa-parameters.pem", parameters)
        return openssl("genpkey", "-quiet", "-paramfile", "dsa-parameters.pem")
    return openssl("genpkey", "-quiet", *GENERATE[kind])


@functools.lru_cache(maxsize=None)
def public_der(kind):
    """SubjectPublicKeyInfo, DER, as openssl writes it."""
    return openssl("pkey", "-pubout", "-outform", "DER", stdin=private_key(kind))


def modulus_of(kind):
    text = openssl("pkey", "-pubin", "-inform", "DER", "-noout", "-text_pub", stdin=public_der(kind)).decode()
    digits = text.split("odulus:", 1)[1].split("Exponent")[0]
    return int("".join(c for c in digits if c in "0123456789abcdef"), 16)


def debian_key(kind, architecture, randfile, pid, *more):
    """What keyassay debian key prints; the key itself is compared with openssl and published keys elsewhere."""
    done = run("debian", "key", "--type", kind, "--architecture", architecture, "--randfile", randfile, "--pid", str(pid), *more)
    assert done.status == 0 and done.err == "", done
    return done.out


def vectors(*path):
    folder = os.environ.get("KEYASSAY_VECTORS")
    if not folder:
        raise Skip("KEYASSAY_VECTORS is not set")
    return os.path.join(folder, *path)


def example(file):
    return os.path.join(ROOT, "examples", file)


def main(cases):
    """Runs the functions test_* in a temporary folder and prints TAP."""
    tests = [value for key, value in sorted(cases.items()) if key.startswith("test_")]
    chosen = sys.argv[2:]
    tests = [test for test in tests if not chosen or test.__name__ in chosen]
    failed = 0
    print(f"1..{len(tests)}")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for number, test in enumerate(tests, 1):
            title = f"{number} - {test.__name__}"
            try:
                test()
                print("ok", title, flush=True)
            except Skip as reason:
                print("ok", title, "# SKIP", reason, flush=True)
            except Exception:  # pylint: disable=broad-except # whatever went wrong, the other cases run
                failed += 1
                print("\n".join("# " + line[:2000] for line in traceback.format_exc().splitlines()))
                print("not ok", title, flush=True)
        os.chdir("/")
    return 1 if failed else 0
