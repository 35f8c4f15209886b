"""What is known of each feature in each release: Y has it, - has it not, ? nobody knows. One column a feature."""

import pytest

from qemudoctor.kernel import FEATURES, Feature, KernelRelease, Support

LETTERS = {Support.YES: "Y", Support.NO: "-", Support.UNKNOWN: "?"}
COLUMNS = (
    "FIX_BINARY",
    "REGISTER_1920",
    "REGISTER_ERRNO",
    "OPEN_BEFORE_NAME",
    "STRICT_OFFSET",
    "LONG_INTERPRETER",
    "STRICT_SHEBANG",
    "BUFFER_256",
    "ONE_EXECFD_REWRITE",
    "EMPTY_SHEBANG_OPENS",
    "REGULAR_FILES_ONLY",
    "ARGV0_IN_AUXV",
    "SHORT_PHDRS_ENOEXEC",
    "PHDRS_ONE_PAGE",
    "SHORT_INTERPRETER_OK",
    "X32_NEEDS_OPTION",
    "WRITE_WHILE_RUNNING",
    "SEGV_AFTER_POINT_OF_NO_RETURN",
    "SEGMENTS_ONE_BY_ONE",
    "LOADER_SEGMENTS_ONE_BY_ONE",
    "LOADER_TAIL_CLEARED",
    "ALIGNED_PIE",
    "ALIGNED_STATIC_PIE",
    "FLAG_DELIMITER_REFUSED",
    "C_NEEDS_ABSOLUTE",
    "LOADER_FLAGS",
    "USERNS_INSTANCE",
    "UMOUNT_DROPS_ENTRIES",
    "IA32_SWITCH",
    "EMPTY_ARGV_FILLED",
    "SETID_NEEDS_EXECUTE",
    "ARGUMENTS_FIRST",
    "EXECVEAT",
)
TABLE = """
3.10.0-327.el7.x86_64              ---------------------------------
3.10.0-1127.el7.x86_64             ----Y------------Y---------------
3.10.0-1062.el7.x86_64             -----------------Y---------------
3.10.0-1160.90.1.vz7.200.7         -??????-?????-??-?????????-?-??-?
3.10                               ---------------------------------
3.10.0-1126.el7.x86_64             -----------------Y---------------
3.10.0-1061.el7.x86_64             ---------------------------------
3.10.49                            ---------------------------------
3.11.0                             ---------------?-----------------
3.17.0                             ---------------?-----------------
3.18.0                             -Y-------------?-Y---------------
3.19.0                             -Y----------YY-?-Y--------------Y
4.3.0                              -Y----------YY-?-Y--------------Y
4.4                                -Y--?-?-----YYY?-Y--------------Y
4.4.0                              -Y----------YYY?-Y--------------Y
4.4.1                              -Y--?-------YYY?-Y--------------Y
4.4.154                            -Y--?-------YYY?-Y--------------Y
4.4.155                            -Y--Y-------YYY?-Y--------------Y
4.4.200                            -Y--Y-------YYY?-Y--------------Y
4.4.201                            -Y--Y-?-----YYY?-Y--------------Y
4.5.0                              -Y----------YYY?-Y--------------Y
4.7.10                             -Y----------YYY?-Y--------------Y
4.8                                YYY---------YYY?-Y--Y-----------Y
4.9                                YYY-?-?-----YYYY-Y--Y-----------Y
4.9.0                              YYY---------YYYY-Y--Y-----------Y
4.9.1                              YYY-?-?-----YYYY-Y--Y-----------Y
4.10.0                             YYY---------YYYY-Y--Y-----------Y
4.13.0                             YYY---------YYYY-Y--Y-----------Y
4.14.0                             YYY--Y------YYYY-Y--Y-----------Y
4.14.1                             YYY-?Y?-----YYYY-Y--Y-----------Y
4.14.176                           YYY-?Y?-----YYYY-Y--Y-----------Y
4.14.177                           YYY-YYY-----YYYY-Y--Y-----------Y
4.14.355-275.572.amzn2.x86_64      YYY-YYY-----YYYY-Y--Y-----------Y
4.14.35-1902.el7uek.x86_64         YYY??Y?-????YYYY-Y??Y?????-?-??-Y
4.15.0-74-generic                  YYY??Y?---??YYYY-Y?-Y-??---?-??-Y
4.15.0                             YYY--Y------YYYY-Y--Y-----------Y
4.17.0                             YYY--Y------YYYY-Y--Y-----------Y
4.18.0-147.el8.x86_64              YYY-YY-Y----YYYY-Y--Y-----------Y
4.18.0-0.el8.x86_64                YYY-YY-Y----YYYY-Y--Y-----------Y
4.19                               YYY?YY?---?-YYYY-Y--Y------?-??-Y
4.19.0                             YYY-YY------YYYY-Y--Y-----------Y
4.19.1                             YYY?YY?---?-YYYY-Y--Y--------?--Y
4.19.303                           YYY?YY?---?-YYYY-Y--Y--------?--Y
4.19.304                           YYYYYYY---Y-YYYY-Y--Y--------Y--Y
4.19.305                           YYYYYYY---Y-YYYY-Y--Y------?-Y--Y
4.19.0-27-amd64                    YYY?YY?---?-YYYY-Y--Y------?-??-Y
4.19.319                           YYYYYYY---Y-YYYY-Y--Y------?-Y--Y
4.19.320                           YYYYYYY---Y-YYYY-Y--Y------?-YY-Y
4.20.0                             YYY-YY------YYYY-Y--Y-----------Y
5.0                                YYY-YYY-----YYYY-Y--Y-----------Y
5.1                                YYY-YYYY----YYYY-Y--Y-----------Y
5.4                                YYY?YYYY--?-YYYY-Y--Y------?--?-Y
5.4.0-150-generic                  YYY?YYYY--??YYYY-Y?-Y-??---?-??-Y
5.4.0                              YYY-YYYY----YYYY-Y--Y-----------Y
5.4.1                              YYY?YYYY--?-YYYY-Y--Y-----------Y
5.4.17-2136.el7uek.x86_64          YYY?YYYY????YYYY-Y??Y?????-?-??-Y
5.4.281                            YYY?YYYY--?-YYYY-Y--Y-----------Y
5.4.282                            YYY?YYYY--?-YYYY-Y--Y---------Y-Y
5.4.283                            YYY?YYYY--?-YYYY-Y--Y------Y--Y-Y
5.4.285                            YYY?YYYY--?-YYYY-Y--Y------Y--Y-Y
5.4.286                            YYYYYYYY--Y-YYYY-Y--Y------Y--Y-Y
5.5.0                              YYY-YYYY----YYYY-Y--Y-----------Y
5.7.0                              YYY-YYYY----YYYY-Y--Y-----------Y
5.8                                YYY-YYYYYY--YYYY-Y--Y-----------Y
5.9.0                              YYY-YYYYYYY-YYYY-Y--Y----------YY
5.10                               YYY?YYYYYYY?YYYY-Y--YY-----?-??YY
5.10.0-20-amd64                    YYYYYYYYYYY?YYYY-Y--YY-----?-??YY
5.10.0-46-amd64                    YYYYYYYYYYYYYYYY-Y--YY-----Y-YYYY
5.10.0                             YYY-YYYYYYY-YYYY-Y--YY---------YY
5.10.1                             YYY?YYYYYYY-YYYY-Y--YY---------YY
5.10.45                            YYY?YYYYYYY-YYYY-Y--YY---------YY
5.10.46                            YYYYYYYYYYY-YYYY-Y--YY---------YY
5.10.47                            YYYYYYYYYYY?YYYY-Y--YY-------?-YY
5.10.219                           YYYYYYYYYYY?YYYY-Y--YY-------?-YY
5.10.220                           YYYYYYYYYYY?YYYY-Y--YY-----?-?-YY
5.10.223                           YYYYYYYYYYY?YYYY-Y--YY-----?-?-YY
5.10.224                           YYYYYYYYYYY?YYYY-Y--YY-----?-?YYY
5.10.261                           YYYYYYYYYYY?YYYY-Y--YY-----?-?YYY
5.10.262                           YYYYYYYYYYYYYYYY-Y--YY-----Y-YYYY
5.11.0                             YYY-YYYYYYY-YYYY-Y--YY---------YY
5.11.1                             YYY?YYYYYYY-YYYY-Y--YY---------YY
5.12                               YYYYYYYYYYYYYYYY-Y--YY---------YY
5.14.0-427.el9_4.x86_64            YYYYYYYYYYYYYYYY-Y??YY????-?-??YY
5.15                               YYYYYYYYYYYYYYYY-Y?-YY-----?-??YY
5.15.0                             YYYYYYYYYYYYYYYY-Y--YY---------YY
5.15.1                             YYYYYYYYYYYYYYYY-Y--YY-------?-YY
5.15.84                            YYYYYYYYYYYYYYYY-Y--YY-------?-YY
5.15.85                            YYYYYYYYYYYYYYYY-Y--YY-------Y-YY
5.15.0-30-generic                  YYYYYYYYYYYYYYYY-Y?-YY??---?-??YY
5.15.100                           YYYYYYYYYYYYYYYY-Y--YY-------Y-YY
5.15.101                           YYYYYYYYYYYYYYYY-Y--YY-----?-Y-YY
5.15.136                           YYYYYYYYYYYYYYYY-Y--YY-----?-Y-YY
5.15.137                           YYYYYYYYYYYYYYYY-Y?-YY-----?-Y-YY
5.15.164                           YYYYYYYYYYYYYYYY-Y?-YY-----?-Y-YY
5.15.165                           YYYYYYYYYYYYYYYY-Y?-YY-----?-YYYY
5.15.166                           YYYYYYYYYYYYYYYY-Y?-YY-----?-YYYY
5.15.167.4-microsoft-standard-WSL2 YYYYYYYYYYYYYYYY-Y?-YY-----Y-YYYY
5.16.0                             YYYYYYYYYYYYYYYY-Y--YY---------YY
5.17.0                             YYYYYYYYYYYYYYYY-Y--YY---------YY
5.18                               YYYYYYYYYYYYYYYY-Y--YY-------Y-YY
6.1                                YYYYYYYYYYYYYYYY-Y?-YY??---?-Y?YY
6.1.59                             YYYYYYYYYYYYYYYY-Y--YY-------Y-YY
6.1.60                             YYYYYYYYYYYYYYYY-Y?-YY?------Y-YY
6.1.105                            YYYYYYYYYYYYYYYY-Y?-YY?------Y-YY
6.1.106                            YYYYYYYYYYYYYYYY-Y?-YY?------YYYY
6.1.107                            YYYYYYYYYYYYYYYY-Y?-YY?----Y-YYYY
6.1.175                            YYYYYYYYYYYYYYYY-Y?-YY?----Y-YYYY
6.1.176                            YYYYYYYYYYYYYYYY-YY-YY?----Y-YYYY
6.1.177                            YYYYYYYYYYYYYYYY-YY-YY??---Y-YYYY
6.1.191                            YYYYYYYYYYYYYYYY-YY-YY??---Y-YYYY
6.1.192                            YYYYYYYYYYYYYYYY-YY-YYYY---Y-YYYY
6.1.0-30-amd64                     YYYYYYYYYYYYYYYY-Y?-YY??---Y-YYYY
6.2                                YYYYYYYYYYYYYYYY-Y--YY-------Y-YY
6.4.0-150600.23.7-default          YYYYYYYYYYYYYYYY-Y??YY????-?-Y?YY
6.6                                YYYYYYYYYYYYYYYY-Y?-YY?----?-Y?YY
6.6.0                              YYYYYYYYYYYYYYYY-Y--YY-------Y-YY
6.6.1                              YYYYYYYYYYYYYYYY-Y?-YY?------Y-YY
6.6.31                             YYYYYYYYYYYYYYYY-Y?-YY?------Y-YY
6.6.32                             YYYYYYYYYYYYYYYY-Y?-YY?----?-Y-YY
6.6.46                             YYYYYYYYYYYYYYYY-Y?-YY?----?-Y-YY
6.6.47                             YYYYYYYYYYYYYYYY-Y?-YY?----?-YYYY
6.6.62                             YYYYYYYYYYYYYYYY-Y?-YY?----?-YYYY
6.6.63                             YYYYYYYYYYYYYYYY-Y?-YY?----Y-YYYY
6.7                                YYYYYYYYYYYYYYYY-YYYYY----YYYY-YY
6.8.0-30-generic                   YYYYYYYYYYYYYYYY-YYYYY??--YYYY?-Y
6.9.0                              YYYYYYYYYYYYYYYY-YYYYY----YYYY--Y
6.10                               YYYYYYYYYYYYYYYY-YYYYYY---YYYY?-Y
6.10.5                             YYYYYYYYYYYYYYYY-YYYYYY---YYYY--Y
6.10.6                             YYYYYYYYYYYYYYYY-YYYYYY---YYYYY-Y
6.11                               YYYYYYYYYYYYYYYY?YYYYYY---YYYYY-Y
6.11.0-26-generic                  YYYYYYYYYYYYYYYY?YYYYYY?--YYYYY-Y
6.11.0                             YYYYYYYYYYYYYYYYYYYYYYY---YYYYY-Y
6.11.10                            YYYYYYYYYYYYYYYYYYYYYYY---YYYYY-Y
6.11.11                            YYYYYYYYYYYYYYYY-YYYYYY---YYYYY-Y
6.12                               YYYYYYYYYYYYYYYY?YYYYYY?--YYYYY-Y
6.12.0-55.el10.x86_64              YYYYYYYYYYYYYYYY?YYYYYY???YYYYY-Y
6.12.0                             YYYYYYYYYYYYYYYYYYYYYYY---YYYYY-Y
6.12.1                             YYYYYYYYYYYYYYYYYYYYYYY---YYYYY-Y
6.12.2                             YYYYYYYYYYYYYYYY-YYYYYY---YYYYY-Y
6.12.90                            YYYYYYYYYYYYYYYY-YYYYYY---YYYYY-Y
6.12.91                            YYYYYYYYYYYYYYYY-YYYYYY?--YYYYY-Y
6.12.116                           YYYYYYYYYYYYYYYY-YYYYYY?--YYYYY-Y
6.12.117                           YYYYYYYYYYYYYYYY-YYYYYYY--YYYYY-Y
6.13.0                             YYYYYYYYYYYYYYYY-YYYYYY---YYYYY-Y
6.16.3                             YYYYYYYYYYYYYYYY-YYYYYY---YYYYY-Y
6.17                               YYYYYYYYYYYYY-YY-YYYYYY---YYYYY-Y
6.18.35                            YYYYYYYYYYYYY-YY-YYYYYY---YYYYY-Y
6.18.36                            YYYYYYYYYYYYY-YY-YYYYYY?--YYYYY-Y
6.18.43                            YYYYYYYYYYYYY-YY-YYYYYY?--YYYYY-Y
6.18.44                            YYYYYYYYYYYYY-YY-YYYYYYY--YYYYY-Y
6.19                               YYYYYYYYYYYYY-YY-YYYYYY---YYYYY-Y
7.1.0                              YYYYYYYYYYYYY-YY-YYYYYY---YYYYY-Y
7.2                                YYYYYYYYYYYYY-YY-YYYYYYY--YYYYY-Y
7.3.0                              YYYYYYYYYYYYY-YY-YYYYYYYYYYYYYY-Y
7.3.4                              YYYYYYYYYYYYY-YY-YYYYYYYYYYYYYY-Y
"""


LOOKED_AT = {
    "el7": set(Feature) - {Feature.OPEN_BEFORE_NAME, Feature.WRITE_WHILE_RUNNING, Feature.ARGUMENTS_FIRST},
    "el8": {
        Feature.FIX_BINARY,
        Feature.OPEN_BEFORE_NAME,
        Feature.STRICT_SHEBANG,
        Feature.BUFFER_256,
        Feature.ONE_EXECFD_REWRITE,
        Feature.EMPTY_SHEBANG_OPENS,
        Feature.REGULAR_FILES_ONLY,
        Feature.ARGV0_IN_AUXV,
        Feature.SEGMENTS_ONE_BY_ONE,
        Feature.LOADER_SEGMENTS_ONE_BY_ONE,
        Feature.ALIGNED_PIE,
        Feature.ALIGNED_STATIC_PIE,
        Feature.FLAG_DELIMITER_REFUSED,
        Feature.C_NEEDS_ABSOLUTE,
        Feature.LOADER_FLAGS,
        Feature.USERNS_INSTANCE,
        Feature.UMOUNT_DROPS_ENTRIES,
        Feature.IA32_SWITCH,
    },
}
"""The changes that vendors' kernels were searched for; of any other, only the version that they began with tells."""


def test_the_columns_are_the_features() -> None:
    assert tuple(feature.name for feature in Feature) == COLUMNS


@pytest.mark.parametrize("line", TABLE.strip().splitlines())
def test_support(line: str) -> None:
    text, known = line.split()
    release = KernelRelease.parse(text)
    assert "".join(LETTERS[release.support(feature)] for feature in Feature) == known


def test_which_changes_vendors_kernels_were_searched_for() -> None:
    vendors = {vendor for row in FEATURES for vendor, _ in row.vendors}
    assert {x: {row.feature for row in FEATURES if x in dict(row.vendors)} for x in vendors} == LOOKED_AT


def test_the_answers_have_the_names_that_reports_use() -> None:
    assert [support.value for support in Support] == ["yes", "no", "unknown"]
