"""Names and addresses of machines, and what only one machine has."""

import re
from ipaddress import AddressValueError, IPv6Address

from qemudoctor.errors.redaction.rule import DONE, USER, Rule, words

# Hosts that everybody uses, with all below them: registries, archives of distributions, where the programs come from.
_PUBLIC = words(
    "docker.io docker.com ghcr.io quay.io gcr.io pkg.dev k8s.io public.ecr.aws mcr.microsoft.com registry.gitlab.com"
    " lscr.io cgr.dev nvcr.io docker.elastic.co registry.access.redhat.com registry.redhat.io fedoraproject.org"
    " opensuse.org github.com raw.githubusercontent.com gitlab.com bitbucket.org debian.org debian.net ubuntu.com"
    " launchpad.net alpinelinux.org archlinux.org archlinuxarm.org centos.org almalinux.org rockylinux.org gentoo.org"
    " nixos.org voidlinux.org raspberrypi.org raspberrypi.com raspbian.org armbian.com kernel.org qemu.org gnu.org"
    " freedesktop.org linaro.org python.org anaconda.org npmjs.org npmjs.com nodejs.org"
    " yarnpkg.com rubygems.org crates.io rust-lang.org golang.org go.dev gopkg.in mozilla.org apache.org"
    " opencontainers.org cncf.io sourceware.org winehq.org microsoft.com google.com googleapis.com terraform.io"
    " continuum.io maven.org haskell.org kali.org flathub.org dockerproject.org nodesource.com mongodb.org"
)
_LOCAL = ("localhost", "localhost.localdomain", "host.docker.internal", "docker.for.mac.localhost")
# Archives whose paths name packages, and nobody.
_ARCHIVES = words(
    "debian.org ubuntu.com alpinelinux.org archlinux.org archlinuxarm.org fedoraproject.org centos.org opensuse.org"
    " raspbian.org raspberrypi.org kernel.org qemu.org download.docker.com"
)
# Ends of names that only a network of one's own has.
_PRIVATE = words("internal corp local lan intranet intra localdomain priv fritz")
# Ends of public names. Sources: RFC 1591 and IANA's root zone; without those that programs' names end in as well.
_ORGANISATIONS = words("com org edu gov mil int eu")
_OTHERS = words("net io dev cloud tech systems online site xyz biz ai co me tv cc sh rs arpa aws goog")
_COUNTRIES = words(
    "ac ad ae af ag al ao ar at au ba bd be bf bg bh bi bj bn bo br bs bt bw by ca cd cf cg ch ci ck cl cm cn cr cu cv"
    " cy cz de dj dk dm dz ec ee eg er es et fi fj fk fm fo fr ga ge gh gi gl gm gn gq gr gt gu gw gy hk hn hr ht hu ie"
    " il im in iq ir is it je jm jo jp ke kg kh ki km kp kr kw ky kz lb lc li lk lr ls lt lu lv ly ma mc mg mh mm mn mr"
    " mt mu mv mw mx my mz na ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pr pt pw qa re ro ru rw sa sb sc sd"
    " se sg si sk sm sn sr st su sv sy sz tc td tg th tj tl tm tn to tr tt tw tz ua ug uk us uy uz va ve vn vu ws ye za"
    " zm zw"
)
_FILES = words("in st sc pm no to is it la my so re")
"""Countries whose letters files of source code or words end in: only where a host is meant."""
_REVERSED = ("com", "org", "net", "io", "dev", "edu")
"""Names of Java and D-Bus begin with these."""
_TARGET = re.compile(
    r"(?i)(?:x86_64|amd64|aarch64(?:_be)?|arm(?:v[5-8]l?|hf|e[lb]|64)?|i[3-6]86|riscv(?:32|64)|s390x?|power(?:pc\w{0,4})?"
    r"|ppc\w{0,4}|mips\w{0,8}|loong(?:arch)?64|sparc(?:64)?|linux|windows)"
    r"(?:$|[-/](?:linux|unknown|none|pc|w64|apple|alpine|redhat|suse|elf|arm|amd|386))"
)
_FOR_A_PLATFORM = re.compile(r"(?i)qemu|linux|arm|aarch|amd64|x86|i[3-6]86|riscv|s390|ppc|mips|loong")
# Names that tell what a host is, and not whose.
_GENERAL = re.compile(
    r"(?i)(?:(?:nixos|debian|ubuntu|fedora|centos|arch|archlinux|alpine|raspberrypi|raspberry|raspbian|pi|host|localhost|docker"
    r"|buildkitsandbox|penguin|termux|linux|vagrant|lima|colima|x86|x86_64|amd64|arm64|arm|armhf|aarch64|i[3-6]86|riscv64|s390x"
    r"|ppc64le|qemu|jetson|odroid|rock|orangepi|bananapi|jammy|focal|bionic|noble|bullseye|bookworm|trixie)(?:[._-]|\d{1,2}$|$))+"
)
# Possessive: what goes on behind a host is no host, and no shorter name is.
_HOST = r"[A-Za-z0-9][\w-]{0,62}+(?:\.[\w-]{1,63}+){0,10}+"
_EMULATOR = re.compile(r"(?i)qemu-[a-z0-9_]{2,16}(?:-static|-binfmt)?")


_UNITS = ("service", "socket", "mount", "slice", "scope", "timer", "target", "path", "device")
"""What the names of systemd's units end in."""


def _is_below(name: str, domains: frozenset[str]) -> bool:
    labels = name.lower().rstrip(".").split(".")
    return any(".".join(labels[start:]) in domains for start in range(len(labels)))


def _is_harmless(name: str) -> bool:
    is_local = name.startswith(("127.", "0.0.0.0")) or name.lower() in _LOCAL
    return is_local or _is_below(name, _PUBLIC) or _GENERAL.fullmatch(name) is not None


def _marked(name: str, mark: str = "<host>") -> str:
    return name if _is_harmless(name) else mark


def _is_host(name: str, *, is_meant: bool, has_port: bool, in_path: bool) -> bool:
    """Return whether a word with dots is the name of a host. is_meant: nothing else could stand there."""
    labels = name.split(".")
    end = labels[-1]
    if not (end.islower() or name.isupper()):
        return False
    end = end.lower()
    if end in _PRIVATE:
        return True
    if labels[0].lower() in _REVERSED and end not in _ORGANISATIONS and not is_meant:
        return False
    if end in _ORGANISATIONS:
        return len(labels) > 2 or is_meant or not in_path
    if end in _OTHERS:
        return (
            is_meant or (len(labels) > 2 and end not in ("sh", "rs", "cc", "me")) or (has_port and end in ("io", "dev"))
        )
    if end in _COUNTRIES:
        return is_meant or (len(labels) > 2 and end not in _FILES)
    return False


def _dotted(match: re.Match[str]) -> str:
    name, port, after = match["name"], match["port"] or "", match["after"] or ""
    before = match.string[max(0, match.start() - 1) : match.start()]
    # An image begins with its registry.
    is_meant = before == "@" or bool(after and before != "/" and not name.startswith("."))
    if _is_harmless(name) or not _is_host(
        name, is_meant=is_meant, has_port=bool(port), in_path=before == "/" and not after
    ):
        return match[0]
    return f"<host>{port}"


def _named(match: re.Match[str]) -> str:
    """Return a match with a mark for a host that words before it announce, unless it is a target of a compiler."""
    name = match["name"]
    if _is_harmless(name) or _TARGET.match(name) or _EMULATOR.fullmatch(name) or name.isdigit():
        return match[0]
    start, end = match.start("name") - match.start(), match.end("name") - match.start()
    return f"{match[0][:start]}<host>{match[0][end:]}"


def _url(match: re.Match[str]) -> str:
    scheme, rest = match["scheme"].lower(), match["rest"]
    host = rest.rpartition("@")[2] if "@" in rest.split("/")[0] else rest
    host, _, path = host.partition("/")
    name = host.partition(":")[0]
    if scheme in ("docker-image", "docker", "oci", "containers-storage", "docker-archive", "oci-archive"):
        return match[0] if host == rest.partition("/")[0] else f"{match['scheme']}://{host}/{path}"
    if scheme in ("file", "unix", "npipe", "fd") and not host:
        return match[0]
    if name.lower().startswith("%2f"):
        return match[0]
    if not _is_harmless(name):
        return "<url>"
    path = re.split(r"[?#]", path)[0]
    if not path or path == "<path>":
        return f"{match['scheme']}://{host}{'/' if path or rest.endswith('/') else ''}{path}"
    if _is_below(name, _ARCHIVES):
        return f"{match['scheme']}://{host}/{path}"
    # The name of a file that was made for a platform says for which.
    file = path.rpartition("/")[2]
    return f"{match['scheme']}://{host}/<path>{f'/{file}' if _FOR_A_PLATFORM.search(file) else ''}"


def _ipv6(match: re.Match[str]) -> str:
    text = match["address"]
    end = ""
    if text.endswith(":::") or (text.endswith(":") and not text.endswith("::")):
        text, end = text[:-1], ":"
    try:
        address = IPv6Address(text)
    except AddressValueError:
        return match[0]
    if sum(map(bool, text.split(":"))) < 2:
        return match[0]
    # ELF's magic, byte by byte, has the form of an address; words of two letters and colons have no digit.
    if address.is_loopback or address.is_unspecified or text.startswith("7f:45:") or not any(map(str.isdigit, text)):
        return match[0]
    return f"<address>{end}"


# Who says its version with four numbers, and words that look like such a name before an address.
_VERSIONED = re.compile(
    r"(?:(?i:wsl\d?|wslg|msrdc|direct3d|dxcore|electron|chrome|chromium|edge|windows|msys2?|cygwin|openssl|erlang|otp|ghc|cabal"
    r"|erts|release|kernel|revision|build|qemu[\w-]{0,40}|docker|desktop|containerd|buildx|runc|python\d?|gcc|clang|glibc)"
    r"|lib[\w+.-]{1,40}),?[ ][(\"'v]{0,2}$"
)
_NAMED = re.compile(
    r"(?<![\w.-])(?!(?i:.{0,40}(?:host|server|node|ip|address|peer|gateway|dns|from|to|at|on|via|ping|trying)\b))"
    r"[A-Z][\w+-]{2,40}[ ]$"
)
_OF_A_NETWORK = re.compile(
    r"(?:10|127|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01])|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\."
)


def _is_version(match: re.Match[str]) -> bool:
    """Return whether four numbers are a version: by what goes on behind them, or by the name before them."""
    text = match[0]
    if _OF_A_NETWORK.match(text):
        return False
    # Releases of kernels: 6.6.87.2-microsoft-standard-WSL2.
    if re.match(r"-[a-z]{2,20}-\w|-[a-z]{2,20}\d?(?![\w.-])", match.string[match.end() : match.end() + 40]):
        return True
    before = match.string[max(0, match.start() - 48) : match.start()]
    # No machine has an address that ends in 0, and names of products begin with a capital.
    return _VERSIONED.search(before) is not None or (text.endswith(".0") and _NAMED.search(before) is not None)


def _ipv4(match: re.Match[str]) -> str:
    text = match[0]
    around = match.string[max(0, match.start() - 2) : match.start()], match.string[match.end() : match.end() + 1]
    if around[1] == "/" and around[0][-1:] == "/" and around[0][:1].isalnum():
        return text  # A directory that is named by a version.
    if _is_version(match):
        return text
    if any(int(x) > 255 for x in text.split(".")) or text.startswith("127.") or text == "0.0.0.0":
        return text
    return "<address>"


def _mail(match: re.Match[str]) -> str:
    """Return a mark, unless it is a package with its version, a symbol with its version, or a unit of systemd."""
    end = match["host"].rpartition(".")[2]
    if not end.isalpha() or end in _UNITS:
        return match[0]
    return "<mail>"


HOSTS: tuple[Rule, ...] = (
    Rule(
        "address of a resource",
        r"""\b(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{1,20})://(?!<url>)(?P<rest>(?:[^\s/"@]{0,256}@)?[^\s'"]++)""",
        _url,
        ("://",),
    ),
    Rule(
        "prompt",
        rf"""(?:^|(?<=[\s(]))(\[?){DONE}(?!user@host)[\w.-]{{1,64}}@
        (?!sha\d|latest|next|[\w.-]{{0,64}}\.(?:{"|".join(_UNITS)})\b)
        (?P<host>(?=[a-zA-Z]|[0-9a-f]{{12}}(?![\w.-]))[\w.-]{{1,64}})(?=(?::[~/]|[\]#$%>])|:?\s[~/]|\s[\w.~-]{{1,64}}[\]$#%>])""",
        lambda match: f"{match[1]}{USER}@{_marked(match['host'], 'host')}",
        ("@",),
    ),
    Rule(
        "prompt of macOS",
        r"^(?!host:)(?:[\w-]{1,64}|<host>):([~/][^\s]{0,64}|[\w.-]{1,64})\s[\w.-]{1,32}(?=\$\s)",
        rf"host:\1 {USER}",
        ("$",),
    ),
    Rule(
        "repository by ssh",
        rf"{DONE}(?<![\w.@/+-])(?:git|[\w.-]{{1,64}})@(?P<host>[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,8}}):(?![/\d]|<path>)[\w~.-]+/[\w./-]++",
        lambda match: f"{USER}@{_marked(match['host'])}:<path>",
        ("@",),
    ),
    Rule(
        "mail",
        rf"{DONE}(?<![\w.+-])[\w.+-]{{1,64}}@(?P<host>[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,8}})(?![\w-]|:<path>)",
        _mail,
        ("@",),
    ),
    Rule(
        "user and host",
        rf"""(?<![\w.@/+-]){DONE}(?!user@host)[a-zA-Z_][\w.-]{{0,63}}@(?!sha\d)
        (?P<host>(?!latest|next|beta|canary|alpha|edge|stable|main|master|head|v\d|[A-Z]{{2,16}}_[\d.]|[\w.-]{{0,64}}\.(?:{"|".join(_UNITS)}):)
        [a-zA-Z][\w.-]{{0,63}})(?=:(?:[~/]|[\w.-]{{1,64}}/|\s))""",
        lambda match: f"{USER}@{_marked(match['host'], 'host')}",
        ("@",),
    ),
    Rule(
        "user at an address",
        rf"{DONE}(?<![\w.@/+-])[a-zA-Z_][\w.-]{{0,63}}@(?=\d{{1,3}}\.\d{{1,3}}\.\d{{1,3}}\.\d{{1,3}}(?![\w.]))",
        f"{USER}@",
        ("@",),
    ),
    Rule(
        "target of ssh",
        rf"""((?<![\w/.-])(?:ssh|scp|sftp|mosh|ssh-copy-id)
        (?:\s{{1,4}}-[bcDEeFIiJLlmOopQRSWw]\s{{0,4}}[^\s-][^\s]{{0,100}}|\s{{1,4}}-[46AaCfGgKkMNnqsTtVvXxYyr]{{1,8}}){{0,10}}
        \s{{1,4}}){DONE}(?!user@host)(?:[\w.-]{{1,64}}@(?:{_HOST}|<host>|<address>)
        |(?=[\w.-]{{0,64}}[\d.-])(?=[A-Za-z]){_HOST})(?![\w/])""",
        lambda match: f"{match[1]}{f'{USER}@host' if '@' in match[0][len(match[1]) :] else '<host>'}",
        ("ssh", "scp", "sftp", "mosh"),
    ),
    Rule(
        "host that is announced",
        rf"""(?i)(?:\bresolve\shost(?:name)?:?\s|\bconnect(?:ed|ing)?\sto\s(?:host\s|server\s|(?=[\w-]{{0,63}}[\d.-]))|\bconnection\sto\s(?=[\w-]{{0,63}}[\d.-])
        |\blookup\s(?=[\w.-]{{1,200}}(?:\son\s|:\sno\ssuch))|\bdial\s(?:tcp|udp)\s|\bknown\shosts\s|\bpermanently\sadded\s|\bunknown\shost:?\s(?!QEMU_)|\bstatic\shostname:\s
        |\bremotely\son\s|\brunning\son\s(?=\S{{1,64}}\s(?:via|in)\s)|(?<=\s)via\s(?=[\w.-]{{1,64}}\.\.\.)
        |(?<![\w/.-])(?:host|hostname|host_name|server|nodename|node_name|computername|runner_name)
        (?:\\?["']?\s?=\s?|\\?["']\s?:\s?(?=\\?["'])|:\s(?=[\w-]{{0,63}}[\d.-]))
        |^\W{{0,4}}(?:runner|machine|agent|agent\smachine)\sname:\s(?!\W?(?:github|hosted|azure)\s)
        |\bbuilding\son\s(?=[\w-]{{0,63}}\d)|\bon\s(?:host|node|machine|server)\s(?=[\w-]{{0,63}}[\d.-])
        |--(?:add-host|hostname|server|registry|host)(?:=|\s))
        \\?["'\u2018]?{DONE}(?!(?:the|an?|this|that|unix|docker|daemon|tcp|port)(?:\s|$)|[a-z]{{1,10}}://)
        (?P<name>{_HOST})(?![\w/])""",
        _named,
    ),
    Rule(
        "host of a container",
        rf"\b((?:docker|podman|nerdctl)\s[^|;&]{{0,200}}?\s-h[\s=]){DONE}(?P<name>(?!-){_HOST})(?![\w/])",
        _named,
        (" -h",),
    ),
    Rule(
        "host of uname",
        rf"\b((?:Linux|Darwin|FreeBSD)\s){DONE}(?!version|kernel)[\w.-]{{1,64}}(?=\s\d{{1,2}}\.\d)",
        r"\1<host>",
    ),
    Rule(
        # RFC 3164 and what journalctl prints.
        "host of syslog",
        rf"""^((?:<\d{{1,3}}>)?(?:[A-Z][a-z]{{2}}\s{{1,2}}\d{{1,2}}\s\d\d:\d\d:\d\d(?:\.\d{{1,9}})?|\d{{4}}-\d\d-\d\dT[\d:.]{{5,20}}\S{{0,6}}(?=\s\S{{1,64}}\s\S{{1,64}}\[\d))\s)
        {DONE}(?!exec\s)[A-Za-z][\w.-]{{1,64}}(?=\s[\w.-]{{1,64}}(?:\[\d{{1,8}}\])?:)""",
        r"\1<host>",
    ),
    Rule(
        "name that a system gave its host",
        r"""(?<![\w-])(?:ip-\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3}|ec2-\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3}|(?:DESKTOP|LAPTOP|WIN)-[A-Z0-9]{6,12}
        |[\w\u2019]{1,40}-(?:MacBook|MBP|iMac|Mac-mini|Mac-Studio)(?:-[\w]{1,20}){0,4}
        |runner-[\w-]{1,64}-concurrent-\d{1,4}|(?:gke|aks|eks)-[\w-]{4,80})(?![\w-])(?P<more>(?:\.[\w-]{1,63}){0,8})""",
        "<host>",
    ),
    Rule(
        "name with dots",
        rf"""{DONE}(?<![\w.%-])(?P<name>[A-Za-z0-9][\w-]{{0,62}}(?:\.[\w-]{{1,63}}){{0,12}}\.[A-Za-z]{{2,12}})
        (?P<port>:\d{{2,5}})?(?![\w-])(?!\.\w)(?=(?P<after>/[\w-])?)""",
        _dotted,
        (".",),
    ),
    Rule(
        "share of a host",
        rf"(?<![\w\\:])(\\\\(?:\\\\)?){DONE}(?!wsl|x[0-9a-f]{{2}})[A-Za-z][\w.-]{{1,64}}(?=\\{{1,2}}[\w$])",
        r"\1<host>",
        ("\\\\",),
    ),
    Rule(
        "registry of a network of one's own",
        rf"(?:^|(?<=[\s'\"(=]))(?!localhost:|linux:|docker:){DONE}[a-zA-Z][\w-]{{0,62}}(?=:\d{{4,5}}/[a-z0-9])",
        "<host>",
        (":",),
    ),
    Rule(
        "address of a card",
        r"(?i)(?<![\w:-])(?!7f[:-]45[:-])(?:[0-9a-f]{2}:){5,31}[0-9a-f]{2}(?![\w:])|(?<![\w:-])(?:[0-9a-f]{2}-){5}[0-9a-f]{2}(?![\w-])",
        "<address>",
    ),
    Rule(
        "IPv6",
        r"""(?i)(?<![\w:.-])(?P<address>(?:[0-9a-f]{0,4}:){2,8}(?:\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|[0-9a-f]{1,4})?)
        (?:%[\w.-]{1,16})?(?![\w:-])""",
        _ipv6,
        (":",),
    ),
    # Four numbers can be a version: then a word says so, or a name and a revision stand around it.
    Rule(
        "IPv4",
        r"""(?i)(?<![\d.])(?<!version[ =])(?<!version:[ ])(?<![a-z]v)(?<!\bv)(?<!==)(?<!\w_)
        \d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\d]|\.\d|-\d|_\d|[~+]|[_-](?:amd64|arm|i386|all|x86|x64|s390|ppc|riscv|py\d))""",
        _ipv4,
        (".",),
    ),
    Rule("UUID", r"(?i)(?<![0-9a-f])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?![0-9a-f])", "<id>", ("-",)),
    # Not the magic of ELF, masks and addresses in memory: they are what a registration or a crash is explained by.
    Rule(
        "digest or id",
        r"(?i)\b(?!7f454c46|ffff|0000|\d{13,}+\b|(?<=[a-z\d]-)[0-9a-f]{12,31}\b)[0-9a-f]{12,}+\b",
        "<id>",
    ),
)
