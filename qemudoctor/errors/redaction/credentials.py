"""What lets one in: passwords, tokens, keys."""

import re

from qemudoctor.errors.redaction.rule import DONE, VALUE, Rule

_KEY_BLOCK = re.compile(
    r"""-----BEGIN[ ](?:[A-Z0-9]{1,20}[ ]){0,4}PRIVATE[ ]KEY(?:[ ]BLOCK)?-----
    (?:(?:\s|\\[nr]|Proc-Type:[ ]\S{1,40}|DEK-Info:[ ]\S{1,80}){0,8}+[A-Za-z0-9+/=]{16,4096}+){0,400}+
    (?:(?:\s|\\[nr]){0,4}+[A-Za-z0-9+/=]{1,15}+(?=(?:\s|\\[nr]){0,4}-----END))?
    (?:(?:\s|\\[nr]){0,4}-----END[ ][A-Z0-9 ]{1,60}-----)?""",
    re.VERBOSE,
)


def without_keys(text: str) -> str:
    """Return text without private keys, which go over lines; as many lines as before."""
    if "PRIVATE KEY" not in text:
        return text
    return _KEY_BLOCK.sub(lambda match: "<secret>" + "\n" * match[0].count("\n"), text)


# Names of what is secret, as parts of the names of variables, fields and options.
_SECRET = (
    r"passw(?:or)?d|passphrase|passwort|kennwort|contrase\u00f1a|secret|token|credentials?"
    r"|api[_-]?key|(?:access|account|private|signing|encryption|deploy|license|storage|shared)[_-]?key"
    r"|connection[_-]?string"
)
_LOGIN = r"(?:login|sshpass|mysql\w{0,10}|mariadb|mongo\w{0,4}|redis-cli|twine|ldapsearch|smbclient|htpasswd)"

# Prefixes that issuers give their tokens so that they can be found.
# Sources: GitHub "About authentication to GitHub"; GitLab "Token overview"; AWS "IAM identifiers"; Slack "Token types";
# npm, PyPI, Docker Hub, Google Cloud, Stripe, OpenAI, Hugging Face, Vault, SendGrid, DigitalOcean, Grafana, Sentry,
# Shopify, Tailscale, RubyGems, Buildkite, Atlassian, age, Postman, New Relic, Linear and CircleCI on theirs; RFC 7519.
_ISSUED = (
    r"gh[opusr]_[A-Za-z0-9]{10,}+",
    r"github_pat_\w{10,}+",
    r"gl(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|soat|ffct|wt)-[\w.-]{8,}+",
    r"_gitlab_session=\S++",
    r"(?:AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AIPA|ANPA|ANVA|AROA|APKA)[A-Z0-9]{12,}+",
    r"(?:xox[a-z]|xapp)-[\w-]{8,}+",
    r"npm_[A-Za-z0-9]{20,}+",
    r"pypi-[\w-]{20,}+",
    r"dckr_[a-z]{3}_[\w=-]{10,}+",
    r"AIza[\w-]{20,}+|ya29\.[\w-]{10,}+|GOCSPX-[\w-]{10,}+",
    r"eyJ[\w-]{8,}+(?:\.[\w-]{0,}+){0,4}",
    r"[sr]k_(?:live|test)_\w{10,}+|whsec_\w{10,}+",
    r"sk-[\w-]{20,}+",
    r"hf_[A-Za-z0-9]{20,}+",
    r"hv[sbr]\.[\w-]{10,}+",
    r"SG\.[\w-]{10,}+\.[\w-]{10,}+",
    r"do[opr]_v1_[0-9a-f]{10,}+",
    r"gl(?:sa|c)_[\w=+/-]{16,}+",
    r"sntr[ys]{1,2}_\w{10,}+",
    r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{16,}+",
    r"tskey-[\w-]{10,}+",
    r"rubygems_[0-9a-f]{20,}+",
    r"bk[a-z]{2}_[0-9a-f]{16,}+",
    r"ATATT3[\w=-]{20,}+|ATCTT3[\w=-]{20,}+|ATBB[\w=-]{20,}+",
    r"AGE-SECRET-KEY-1[0-9A-Z]{10,}+",
    r"PMAK-[\w-]{20,}+|NRAK-[A-Z0-9]{20,}+|lin_api_\w{20,}+|r8_\w{20,}+|CCI[A-Z]{3}_\w{20,}+",
)


_SECRET_NAME = re.compile(rf"(?i){_SECRET}|(?<![a-z])(?:pass|auth|pw|pwd|pgpass|jwt|otp|sas|key)(?![a-z])")


def _if_secret(match: re.Match[str]) -> str:
    """Return a mark for the value of a variable, if its name says that it is a secret."""
    return f"{match['before']}<secret>" if _SECRET_NAME.search(match["name"]) else match[0]


def _changes(word: str) -> float:
    """Return how often the kind of letter changes: chance does it in most places, words seldom in half of them."""
    kinds = "".join("A" if x.isupper() else "0" if x.isdigit() else "a" for x in word)
    return sum(map(str.__ne__, kinds, kinds[1:])) / len(word)


def _is_random(word: str) -> bool:
    counts = [sum(map(test, word)) for test in (str.isupper, str.islower, str.isdigit)]
    return len(word) >= 20 and min(counts) >= 2 and _changes(word) > 0.45 and not word.startswith(("_Z", "_R"))


def _unless_a_path(match: re.Match[str]) -> str:
    """Return a mark for Base64 with slashes. Of what begins as a path does, the beginning stays."""
    word = match[0]
    found = [x.start() for x in re.finditer(r"[A-Za-z0-9]{20,}+", word) if _is_random(x[0])]
    if not found:
        return word
    return f"{word[: found[0]]}<secret>" if re.match(r"\.{0,2}/?[a-z_]{2,20}/", word) else "<secret>"


def _unless_a_word(match: re.Match[str]) -> str:
    """Return a mark for a long word, unless it is put together of words, as the names of symbols and classes are."""
    word = match[0]
    counts = [sum(map(test, word)) for test in (str.isupper, str.islower, str.isdigit)]
    return "<secret>" if min(counts) >= 3 and not word.startswith(("_Z", "_R", "___Z")) else word


CREDENTIALS: tuple[Rule, ...] = (
    Rule("token with the prefix of its issuer", rf"(?<![A-Za-z0-9])(?:{'|'.join(_ISSUED)})", "<secret>"),
    Rule(
        # A scheme may be followed by fields, with a comma between them.
        "header that lets one in",
        rf"""(?i)((?:authorization|(?<![\w-])cookie|set-cookie)\\?["']?\s{{0,4}}[:=]\s{{0,4}})\\?["']?{DONE}
        (?:(?:bearer|basic|token|digest|negotiate|ntlm|apikey|aws4-hmac-sha256)\s{{1,4}})?+
        {DONE}(?:(?<==)"[^"]*+"|[^\s'"])++(?:(?<=[,;])\s{{1,2}}(?:(?<==)"[^"]*+"|[^\s'"])++){{0,40}}""",
        r"\1<secret>",
        ("authorization", "cookie"),
    ),
    Rule(
        "scheme of a header",
        rf"""(?i)\b(bearer\s{{1,4}}|basic\s(?=[^\s'"]{{0,400}}[\d=])){DONE}
        (?=[^\s'"]{{0,400}}\d|[^\s'"]{{16}})[\w.~+/=-]{{6,}}+""",
        r"\1<secret>",
        ("bearer", "basic"),
    ),
    Rule(
        "public key, with its owner",
        rf"\b((?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp\d{{3}})\s){DONE}[A-Za-z0-9+/=]{{20,}}+(?:\s[\w.+-]{{1,64}}@[\w.-]{{1,64}})?",
        r"\1<id>",
        ("ssh-", "ecdsa-"),
    ),
    Rule(
        # The shell lets the quote go before the name: the value is all up to the other quote.
        "variable in quotes",
        rf"""(?P<before>\\?(?P<q>["'])(?P<name>[\w.-]{{1,64}})=){DONE}[^"'\\\s]{{0,400}}+\s[^"'\\]{{0,400}}+(?=\\?(?P=q))""",
        _if_secret,
        ("=",),
    ),
    Rule(
        # Go names a program that it does not find in quotes and with a colon, too: a value is quoted.
        "variable or field",
        rf"""(?i)((?:{_SECRET}|(?<![a-z])pass(?![a-z])|(?<![a-z])auth(?:token)?(?![a-z])|_key|session[_-]?id
        |(?<![a-z])(?:dsn|pw|jwt|sas|otp)(?=\\?["']?\s{{0,4}}[:=])|pgpass|(?<=[?&])sig(?==)|(?<=[a-z0-9][_-])pwd|(?<![a-z])pwd(?=\\?["']?\s?=\s?\\?["']?[^\s/"']))
        [\w-]{{0,32}}(?:\s{{0,4}}:?=>?\s{{0,4}}|\\?["']\s{{0,4}}[:=]>?\s{{0,4}}(?=\\?["'])))
        (?!(?<=secret=)(?:id|type)=)(?!\\?["']?(?:yes|no|true|false|null|none|nil|[01])["']?(?:\s|$)){VALUE}""",
        r"\1<secret>",
        ("=", ":"),
    ),
    Rule(
        # A program that has one of these words in its name, docker-credential-pass, says its name before what failed.
        "line of a header or of YAML",
        rf"""(?i)(?<![\w/.-])(?<!unexpected[ ])(?<!invalid[ ])((?:[a-z0-9]{{1,20}}[_-]){{0,4}}
        (?:password|passphrase|passwort|kennwort|contrase\u00f1a|secret|token|api[_-]?key|access[_-]?key|private[_-]?key
        |pw|jwt|(?<=[_-])passwd|x-jfrog-art-api)
        (?:[_-]id)?\s{{0,2}}:\s{{0,4}})(?!(?<=:)(?:(?:jar|war|ear|aar|pom|zip|exe|test-jar|bundle|maven-plugin):|\d{{1,4}}(?:\.\d{{1,6}}){{1,3}}(?!\S)))(?!(?:get|post|put|head|dial|exec|execve|open|unexpected|invalid|missing
        |permission|denied|no|not|failed|error|unauthorized|access|request|unable|cannot|can't|could|eof|http|the|a|file
        |command|exit|stat|fork)(?=[.,:]?(?:\s|$))){VALUE}""",
        r"\1<secret>",
        (":",),
    ),
    Rule(
        "variable of a Dockerfile",
        rf"""(?<![\w-])((?:(?:[A-Z0-9]{{1,20}}_){{0,4}}(?:PASSWORD|PASSWD|TOKEN|SECRET|API_?KEY|ACCESS_KEY|PRIVATE_KEY)
        |(?:[A-Z0-9]{{1,20}}_){{1,4}}(?:PASS|KEY|PWD|AUTH))(?:_[A-Z0-9]{{1,20}}){{0,3}}\s{{1,4}})
        (?!(?:is|are|was|not|for|must|can|cannot|has|have|needs?|required|and|or|in|of|on|to|from|as|with|by|if|set
        |missing|invalid|failed|expired|too|environment|env|variables?|value|should|will|does|used|unset|empty)(?=[.,:]?(?:\s|$)))
        (?=["'\w]){VALUE}""",
        r"\1<secret>",
    ),
    Rule(
        "password in prose",
        rf"""(?i)(?<![\w-])((?:password|passphrase|token|secret)\s{{1,4}})(?=["']?\w[^\s'"]{{0,200}}\d){VALUE}""",
        r"\1<secret>",
        ("pass", "token", "secret"),
    ),
    Rule(
        # BuildKit's --secret says where a secret is, not what it is.
        "option",
        rf"""(?i)(?<![\w-])(--?(?:[a-z0-9]{{1,20}}-){{0,3}}(?:{_SECRET}|pass(?:in|out)?|bearer|pat|creds?|auth)(?:\s{{1,4}}|\s?=\s?))
        (?!(?<=secret[ =])["']?(?:id|type)=)(?!--?[a-z]){VALUE}""",
        r"\1<secret>",
        ("-",),
    ),
    Rule(
        # Where a password would be an option of its own name, these take a letter for it.
        "short option",
        rf"""(?<![\w-])((?:redis-cli\b[^|;&]{{0,100}}?\s-a|curl\b[^|;&]{{0,100}}?\s(?:-b|--cookie)
        |openssl\b[^|;&]{{0,100}}?\s-[kK]|vault\slogin)(?:\s{{1,4}}|(?<=cookie)=))(?!-){VALUE}""",
        r"\1<secret>",
        ("redis-cli", "curl", "openssl", "vault"),
    ),
    Rule(
        "variable that is set",
        rf"""(?<![\w-])((?:-e|--env|--build-arg|export|ENV)[\s=]{{1,4}}["']?KEY=){VALUE}""",
        r"\1<secret>",
        ("key=",),
    ),
    Rule(
        # -p is the password of these; of others it is a port, a page size, or parents.
        "option of a login",
        rf"""(?i)((?<![\w]){_LOGIN}\b(?:\s{{1,4}}(?!-p)[^\s|;&]{{1,200}}){{0,12}}?\s{{1,4}}-p\s{{0,4}}){VALUE}""",
        r"\1<secret>",
        ("-p",),
    ),
    Rule(
        "name and password of an option",
        rf"""(?i)((?:^|\s)(?:-u|--user|--proxy-user)(?:\s{{0,4}}|=)[\\"']?)(?!\d{{1,9}}:)
        {DONE}[^\s'":/=]{{1,64}}:(?![/\s]){DONE}[^\s'"]++""",
        r"\1<secret>",
        ("-u", "user"),
    ),
    Rule(
        "password that is piped into a login",
        rf"""(?i)((?<![\w-])(?:echo|printf)\s{{1,4}}(?:-\w{{1,3}}\s{{1,4}}|'?%s(?:\\n)?'?\s{{1,4}})?){VALUE}
        (?=\s{{0,4}}\|\s{{0,4}}[^|]{{0,200}}(?:login|sudo\s{{1,4}}-S|--password-stdin|htpasswd|openssl|gpg))""",
        r"\1<secret>",
        ("|",),
    ),
)
LAST: tuple[Rule, ...] = (
    Rule("long word", r"(?<![\w+/.-])[A-Za-z0-9+_-]{32,}+={0,2}(?![\w/])", _unless_a_word),
    # What a name would have told of, and the name stood before what was cut off.
    Rule("long word with slashes", r"(?<![\w+/-])[A-Za-z0-9+/_-]{40,}+={0,2}", _unless_a_path, ("/", "+")),
)
"""After identifiers that are known as such."""
