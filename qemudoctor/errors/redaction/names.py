"""Names of people, and of what they work on: homes, accounts, workspaces, mail."""

import re

from qemudoctor.errors.redaction.rule import DONE, USER, Rule, words

_NAME = r"[\w][\w.+-]{0,63}"
# Accounts that every system, image or hosted runner has: they tell whether root asks, and name nobody.
_COMMON = words(
    "root nobody daemon user runner runneradmin ubuntu debian fedora centos alpine arch admin administrator vagrant"
    " jenkins ec2-user core git docker podman app node builder build postgres mysql redis www-data nginx qemu kvm"
    " bin sys adm wheel staff users sudo tty disk nogroup nixbld codespace vscode circleci gitlab-runner travis"
    " buildkite-agent pi linuxbrew sshd messagebus polkitd systemd-resolve systemd-network mode namespace space"
    " process id name none null true false mapped default the this your my a an not is to of new dialout plugdev"
    " audio video lxd cdrom dip lpadmin sambashare render input storage power"
)
# Directories of a workspace that belong to every project.
_GENERAL = (
    r"bin|sbin|lib|lib64|libexec|usr|etc|opt|var|tmp|src|source|build|out|target|dist|release|debug|rootfs|root|home"
    r"|node_modules|vendor|scripts?|tools?|cmd|app|apps|tests?|docs?|deploy|docker|\.[\w.-]+|obj|pkg|include|share"
)
_PROJECT = rf"(?!(?:{_GENERAL})(?:[/\s'\":;,)]|$)){DONE}[^/\s'\":;,()<>|]{{1,100}}"


def _account(match: re.Match[str]) -> str:
    """Return a match with a mark for the account, unless it is a number or an account of every system."""
    name = match["name"].strip("'\"")
    if name.isdigit() or name.lower() in _COMMON:
        return match[0]
    start, end = match.start("name") - match.start(), match.end("name") - match.start()
    return f"{match[0][:start]}{USER}{match[0][end:]}"


def _owners(match: re.Match[str]) -> str:
    """Return the beginning of a line of `ls -l` with marks for the owners."""
    owners = (x if x.isdigit() or x in _COMMON else USER for x in (match["owner"], match["group"]))
    return match["before"] + match["gap"].join(owners)


NAMES: tuple[Rule, ...] = (
    # Names with blanks are of macOS and Windows; the last word ends at a separator.
    Rule(
        "home with blanks in its name",
        r"""(?<=/Users/)[\w.-]{1,64}(?:[ ](?!(?:and|or|to|from|in|with|of)[ ])[\w.'-]{1,32}){1,3}(?=/)""",
        USER,
        ("/users/",),
    ),
    Rule(
        "home",
        rf"""(?:(?<=/home/)|(?<=/Users/)){DONE}(?!\.)
        (?P<name>[^/\s'":;,<>|()]{{1,64}}(?:(?<=\\)[ ][^/\s'":;,<>|()]{{1,64}}){{0,4}})""",
        _account,
        ("/home/", "/users/"),
    ),
    Rule(
        "home on Windows",
        r"""(?i)((?:\b[a-z]:|\\)(?P<s>\\{1,4}|/)(?:Users|Documents\sand\sSettings)(?P=s))
        (?!(?:Public|Default|All[ ]Users)(?:[\\/]|$))
        [^\\/\s'":;,<>|]{1,64}(?:[ ](?!(?:and|or|to|from|in|with|of)[ ])[\w.'-]{1,32}(?=[\\ ][\w.'\\ -])){0,3}""",
        rf"\1{USER}",
        ("users", "documents"),
    ),
    Rule("home of another", rf"(?<![\w~/.-])~{DONE}(?=[a-zA-Z]){_NAME}(?=/)", "~user", ("~",)),
    Rule(
        "media of a user",
        rf"(/(?:run/)?media/){DONE}(?!cdrom|usb|floppy|removable|rosetta)[^/\s'\":]{{1,64}}(?=/)",
        rf"\1{USER}",
    ),
    Rule(
        "workspace of a service that builds",
        rf"""(?i)(/\.?jenkins[\w.-]{{0,20}}(?:/[\w.-]{{1,40}}){{0,4}}?/(?:workspace|jobs)/
        |(?<![\w/.])/builds/{_PROJECT}/|/buildkite-agent/builds/[^/\s]{{1,64}}/[^/\s]{{1,64}}/
        |/travis/build/{_PROJECT}/){_PROJECT}""",
        lambda match: f"{_before_builds(match[1])}<project>",
        ("/",),
    ),
    Rule(
        # A checkout is in a directory of its name, in one of its name.
        "workspace of GitHub",
        rf"""(?i)((?:/(?:actions-)?runner(?:s/[\d.]{{1,10}})?/_?work|(?<![\w/.])/__w)/)
        (?!_actions|_temp|_tool|_pipelinemapping|\d{{1,4}}/[abs](?:/|$))(?P<first>{_PROJECT})
        (?P<second>/(?:(?P=first)(?![^/\s'":;,()<>|])|{_PROJECT}(?=/)))?""",
        lambda match: f"{match[1]}<project>{'/<project>' if match['second'] else ''}",
        ("work/", "/__w/"),
    ),
    Rule(
        "workspace",
        rf"""(/workspaces?/){_PROJECT}(?=/)""",
        r"\1<project>",
        ("/workspace",),
    ),
    Rule(
        "client or project",
        rf"(?i)(/(?:clients?|customers?|projects?|repos?|repositories|kunden|projekte)/){_PROJECT}(?=/)",
        r"\1<project>",
        ("/",),
    ),
    Rule(
        "author",
        rf"(?i)^(\s{{0,8}}(?:author|committer|signed-off-by|co-authored-by|reviewed-by|maintainer):\s{{1,8}}){DONE}.++",
        rf"\1{USER}",
        (":",),
    ),
    Rule("who started it", rf"(?i)(\bstarted\sby\suser\s){DONE}\S.{{0,100}}", rf"\1{USER}", ("started by",)),
    Rule(
        "field with a user",
        rf"""(?i)(?<![a-z/.])(?:user|usr|username|user_name|user-name|login|logname|sudo_user|ruser|owner|euser|account
        |github_actor|acct)\\?["']?(?:\s{{0,2}}=\s{{0,2}}|\s{{0,2}}:\s{{0,4}}(?=\\?["']?[\w.+-]{{1,64}}(?:[,;)\]}}"'\\]|$)))
        \\?["']?{DONE}(?P<name>{_NAME})(?![/.\w])""",
        _account,
        ("user", "usr", "login", "logname", "owner", "account", "actor", "acct"),
    ),
    Rule("user with a number", rf"\b[ug]id=\d{{1,10}}\({DONE}(?P<name>{_NAME})\)", _account, ("id=",)),
    Rule("user in a list of groups", rf"(?<=\d)\({DONE}(?P<name>{_NAME})\)(?=[,\s]|$)", _account, ("groups=",)),
    Rule(
        "user in prose",
        rf"""(?i)(?:\b(?:password|passwort|kennwort)\s(?:for|f\u00fcr)\s|\bsu\s(?:-l?\s)?|\b(?:sudo|runuser|setpriv)\s-u\s?
        |\b(?:for|as|unknown|invalid)\suser:?\s|\buser\s(?=["'\u2018])|(?<=[:,]\s)user\s(?=[\w.-]{{1,64}}$))["'\u2018]?{DONE}
        (?P<name>{_NAME})(?![/\w])""",
        _account,
    ),
    Rule("user that sudo does not know", rf"^{DONE}(?P<name>{_NAME})(?=\sis\snot\s(?:in\sthe\s|allowed\s))", _account),
    Rule(
        "user in a line of sudo", rf"{DONE}(?<![\w.-])(?P<name>{_NAME})(?=\s:\s.{{0,200}}?\bTTY=)", _account, ("tty=",)
    ),
    Rule(
        "option with a user",
        rf"""(?:\s--user(?:name)?=["']?|\s--username\s{{1,4}}["']?
        |\b(?:login|curl|wget|mysql|chpst|gosu|twine)\b[^|;&]{{0,100}}?\s(?:-u\s?|--user\s)["']?
        |\b(?:psql|pg_\w{{1,12}}|createdb|dropdb|vacuumdb|sqlcmd|smbclient)\b[^|;&]{{0,100}}?\s-U\s?["']?){DONE}
        (?P<name>{_NAME})(?![/\w.])""",
        _account,
        ("-u", "--user"),
    ),
    Rule(
        "account of AWS",
        rf"(\barn:aws[\w-]{{0,12}}:(?:iam|sts)::(?:[\w-]{{0,16}}|<id>):(?:user|assumed-role/[^/\s]{{1,64}})/){DONE}(?!user(?![\w+=,.@/-]))[\w+=,.@/-]++",
        rf"\1{USER}",
        ("arn:aws",),
    ),
    Rule("owner that is set", rf"\bchown\s(?:-\w{{1,4}}\s)?{DONE}(?P<name>{_NAME})(?=[:\s])", _account, ("chown",)),
    Rule(
        "group that is set", rf"\bchown\s(?:-\w{{1,4}}\s)?[^\s:]{{1,64}}:{DONE}(?P<name>{_NAME})", _account, ("chown",)
    ),
    Rule(
        "owners of a file",
        rf"""^(?P<before>[-dlbcps][rwxsStT-]{{9}}[.+@]?\s{{1,4}}\d{{1,6}}\s{{1,4}}){DONE}
        (?P<owner>[^\s]{{1,64}})(?P<gap>\s{{1,20}}){DONE}(?P<group>[^\s]{{1,64}})(?=\s)""",
        _owners,
    ),
)


def _before_builds(before: str) -> str:
    """Return what goes before a project, without the group or owner that some services put there."""
    first, found, _ = before.partition("/builds/")
    if found and not first.strip("/"):
        return f"{first}{found}"
    first, found, _ = before.partition("/travis/build/")
    return f"{first}{found}" if found else before
