"""What the C library, bash, coreutils, sudo, mount and dpkg say in other languages, in the words of the English.

Source: the message catalogues of Debian 12, in the modules catalogue_*; what is here is of their other versions: glibc
(libc.po), bash, coreutils and dpkg for de, fr, es, ja, zh_CN, zh_TW and pt_BR.
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from qemudoctor.errors.reading import catalogue_bash, catalogue_libc, catalogue_tools

# ruff: noqa: RUF001 - the letters of other scripts, and their quotes and colons, are what is looked for

# (English, translations), with plain quotation marks.
# fmt: off
ROWS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("cannot execute binary file", (
        "kann Binärdatei nicht ausführen", "no se puede ejecutar el archivo binario", "無法執行二進位檔",
        "無法執行 binary 檔案",
    )),
    ("cannot execute: required file not found", (
        "Kann nicht ausgeführt werden: Benötigte Datei nicht gefunden",
        "impossible d'exécuter : fichier requis introuvable",
        "no se puede ejecutar: no se encontró el archivo requerido",
        "no se puede ejecutar: no se encontró un archivo requerido",
        "无法执行: 找不到需要的文件", "無法執行：找不到需要的檔案",
    )),
    ("bad interpreter", (
        "不正なインタプリタ", "解释器错误", "损坏的解释器", "坏的解释器", "錯誤的直譯器", "直譯器錯誤",
    )),
    ("failed to run command", (
        "no se pudo ejecutar la orden", "執行命令失敗",
    )),
    ("exec format error", (
        "Format error for exec()", "Erreur de format d'exécution", "執行檔格式錯誤", "執行格式錯誤",
    )),
    ("package architecture", (
        "architecture du paquet", "arquitectura del paquete",
    )),
    ("no such file or directory", (
        "Aucun fichier ou répertoire de ce type", "No existe el archivo o el directorio", "沒有那個檔案或目錄",
        "Arquivo ou diretório não encontrado",
    )),
    ("too many levels of symbolic links", (
        "Zu viele Ebenen von symbolischen Links", "符号链接的层数过多", "符號連結層數過多",
    )),
    ("invalid argument", (
        "Ungültiges Argument",
    )),
    ("file exists", (
        "El archivo ya existe",
    )),
    ("function not implemented", (
        "Funktion nicht implementiert", "Fonction non implémentée", "函式尚未實作", "功能未實作",
    )),
    ("no such device", (
        "沒有此一設備",
    )),
    ("value too large for defined data type", (
        "Valeur trop grande pour le type de données défini", "對所定義的資料型態而言數值過大",
    )),
    ("accessing a corrupted shared library", (
        "Zugriff auf eine beschädigte Shared Library", "Accès à une bibliothèque partagée corrompue",
        "Accediendo a una biblioteca compartida corrupta", "壊れた共有ライブラリにアクセスしようとしました",
    )),
    ("illegal instruction", (
        "Instruction illégale", "不正な命令です",
    )),
    ("syntax error near unexpected token", (
        "Syntaxfehler beim unerwarteten Wort", "未预期的符号",
    )),
    ("read-only file system", (
        "Sistema de archivos de solo lectura", "唯讀檔案系統",
    )),
)
# fmt: on

# The word that bash puts before the number of a line; translated where it stands, but no reason to look at a line.
LINE_WORDS = (
    "línea|línia|liña|líne|Zeile|ligne|riga|linia|linie|linje|linio|linha|regel|строка|ред|řádek|riadok|satır|рядок|rad"
    "|rivi|redak|vrstica|baris|dòng|γραμμή|줄|行|第"
)

_LONGEST_VALUE = 300
_MARKS = "\"'"


class Phrase(NamedTuple):
    """What is said in another language."""

    needle: str
    """Its longest part between the values."""
    pieces: tuple[str, ...]
    """The words before, between and after the values, and between them the numbers of the values in the English."""
    english: str

    @property
    def is_plain(self) -> bool:
        """Whether it has no values."""
        return len(self.pieces) == 1

    def translate(self, text: str) -> str:
        """Return text with the phrase in English, and in that the values that the text has.

        Of a phrase with values, the first place is translated.
        """
        if self.is_plain:
            return text.replace(self.needle, self.english)
        start = text.find(self.pieces[0])
        if not self.pieces[0]:  # a value stands first: it is what follows a colon
            start = _after_colon(text, text.find(self.needle))
        if start < 0:
            return text
        position = start + len(self.pieces[0])
        values: dict[int, str] = {}
        for place, words in zip(self.pieces[1::2], self.pieces[2::2], strict=True):
            end = text.find(words, position) if words else _end_of_value(text, position)
            value = text[position:end].strip() if end >= 0 else ""
            bare = value.strip(_MARKS)
            if not 0 < len(bare) <= _LONGEST_VALUE:
                return text
            # Marks hold a value of several words together.
            is_marked = " " in bare and bare != value and f"'{{{place}}}'" not in self.english
            values[int(place)] = f'"{bare}"' if is_marked else bare
            position = end + len(words)
        return f"{text[:start]}{self.english.format(*(values.get(x, '') for x in range(9)))}{text[position:]}"


def _after_colon(text: str, end: int) -> int:
    """Return where that begins which stands before end, and after the colon before it."""
    return max(text.rfind(colon, 0, end) + len(colon) if colon in text[:end] else 0 for colon in (": ", "："))


def _end_of_value(text: str, start: int) -> int:
    """Return where the value ends that a phrase ends with: at its quotation mark, or at a colon."""
    rest = text[start:]
    bare = rest.lstrip(_MARKS)
    if bare != rest:
        closed = bare.find(rest[0])
        tail = bare[closed:].lstrip(_MARKS) if closed >= 0 else ""
        return len(text) - len(tail)
    end = text.find(": ", start)
    return len(text) if end < 0 else end


def translations() -> Iterator[tuple[str, str]]:
    """Yield all pairs of a translation and what it says in English; {0}, {1} stand for values."""
    for rows in (ROWS, catalogue_libc.ROWS, catalogue_bash.ROWS, catalogue_tools.ROWS):
        for english, words in rows:
            for word in words:
                yield word, english


@cache
def phrases(*, is_ascii: bool) -> tuple[Phrase, ...]:
    """Return what is looked for in a line, the longest first; of ASCII letters alone, for a line of those."""
    found = [pair for pair in translations() if not is_ascii or pair[0].isascii()]
    found.sort(key=_length)
    return tuple(
        Phrase(word, (word,), english) if "{" not in word else _phrase(word, english) for word, english in found
    )


def _length(pair: tuple[str, str]) -> int:
    return -len(pair[0])


def _phrase(word: str, english: str) -> Phrase:
    pieces = tuple(word.replace("}", "{").split("{"))
    return Phrase(max(pieces[::2], key=len), pieces, english)
