"""What the C libraries, bash and dpkg say in other languages, in the words of the English original.

Source: the message catalogues of glibc (libc.po), bash, coreutils and dpkg for de, fr, es, ja, zh_CN and zh_TW.
"""

from collections.abc import Iterator

from qemudoctor.errors.reading.catalogues import MORE

# ruff: noqa: RUF001 - the letters of other scripts, and their quotes and colons, are what is looked for

# (English, translations). Longer phrases first where one contains another.
ROWS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "cannot execute binary file",
        (
            "kann Binärdatei nicht ausführen",
            "Kann die Datei nicht ausführen",
            "impossible d'exécuter le fichier binaire",
            "impossible d’exécuter le fichier binaire",
            "ne peut exécuter le fichier binaire",
            "no se puede ejecutar el fichero binario",
            "no se puede ejecutar el archivo binario",
            "バイナリファイルを実行できません",
            "无法执行二进制文件",
            "無法執行二進位檔案",
            "無法執行二進位檔",
            "無法執行 binary 檔案",
        ),
    ),
    (
        "cannot execute: required file not found",
        (
            "Kann nicht ausgeführt werden: Benötigte Datei nicht gefunden",
            "impossible d'exécuter : fichier requis introuvable",
            "impossible d’exécuter : fichier requis introuvable",
            "no se puede ejecutar: no se encontró el archivo requerido",
            "no se puede ejecutar: no se encontró un archivo requerido",
            "实行できません: 必要なファイルがありません",
            "実行できません: 必要なファイルがありません",
            "无法执行：找不到需要的文件",
            "无法执行: 找不到需要的文件",
            "無法執行：找不到需要的檔案",
        ),
    ),
    (
        "bad interpreter",
        (
            "Defekter Interpreter",
            "mauvais interpréteur",
            "intérprete erróneo",
            "誤ったインタプリタです",
            "不正なインタプリタ",
            "解释器错误",
            "损坏的解释器",
            "坏的解释器",
            "錯誤的直譯器",
            "直譯器錯誤",
        ),
    ),
    (
        "failed to run command",
        (
            "impossible d'exécuter la commande",
            "impossible d’exécuter la commande",
            "fallo al ejecutar la orden",
            "no se pudo ejecutar la orden",
            "无法运行命令",
            "執行命令失敗",
            "無法執行指令",
        ),
    ),
    (
        "exec format error",
        (
            "Fehler im Format der Programmdatei",
            "Format error for exec()",
            "Erreur de format pour exec()",
            "Erreur de format d'exécution",
            "Formato de ejecutable incorrecto",
            "実行形式エラー",
            "可执行文件格式错误",
            "可執行檔格式錯誤",
            "執行檔格式錯誤",
            "執行格式錯誤",
        ),
    ),
    (
        "package architecture",
        ("Paket-Architektur", "architecture du paquet", "arquitectura del paquete", "软件包体系结构"),
    ),
    (
        "does not match system",
        (
            "passt nicht zum System",
            "ne correspond pas à celle du système",
            "no corresponde con la del sistema",
            "与本机系统体系结构",
        ),
    ),
    (
        "no such file or directory",
        (
            "Datei oder Verzeichnis nicht gefunden",
            "Aucun fichier ou dossier de ce type",
            "Aucun fichier ou répertoire de ce type",
            "No existe el fichero o el directorio",
            "No existe el archivo o el directorio",
            "そのようなファイルやディレクトリはありません",
            "没有那个文件或目录",
            "沒有此一檔案或目錄",
            "沒有那個檔案或目錄",
        ),
    ),
    (
        "permission denied",
        (
            "Keine Berechtigung",
            "Permission non accordée",
            "Permiso denegado",
            "許可がありません",
            "权限不够",
            "拒絕不符權限的操作",
        ),
    ),
    (
        "operation not permitted",
        (
            "Die Operation ist nicht erlaubt",
            "Opération non permise",
            "Operación no permitida",
            "許可されていない操作です",
            "不允许的操作",
            "此項操作並不被允許",
        ),
    ),
    (
        "too many levels of symbolic links",
        (
            "Zu viele Ebenen aus symbolischen Links",
            "Zu viele Ebenen von symbolischen Links",
            "Trop de niveaux de liens symboliques",
            "Demasiados niveles de enlaces simbólicos",
            "シンボリックリンクの階層が多すぎます",
            "符号连接的层数过多",
            "符号链接的层数过多",
            "符號連結層數過多",
        ),
    ),
    (
        "invalid argument",
        (
            "Das Argument ist ungültig",
            "Ungültiges Argument",
            "Argument invalide",
            "Argumento inválido",
            "無効な引数です",
            "无效的参数",
            "不適用的引數",
        ),
    ),
    (
        "file exists",
        (
            "Die Datei existiert bereits",
            "Le fichier existe",
            "El fichero ya existe",
            "El archivo ya existe",
            "ファイルが存在します",
            "文件已存在",
            "檔案已存在",
        ),
    ),
    (
        "function not implemented",
        (
            "Die angeforderte Funktion ist nicht implementiert",
            "Funktion nicht implementiert",
            "Fonction non implantée",
            "Fonction non implémentée",
            "Función no implementada",
            "関数は実装されていません",
            "函数未实现",
            "函式尚未實作",
            "功能未實作",
        ),
    ),
    (
        "no such device",
        (
            "Kein passendes Gerät gefunden",
            "Aucun périphérique de ce type",
            "No existe el dispositivo",
            "そのようなデバイスはありません",
            "没有那个设备",
            "沒有此一設備",
        ),
    ),
    (
        "value too large for defined data type",
        (
            "Der Wert ist zu groß für den definierten Datentyp",
            "Valeur trop grande pour le type de données défini",
            "Valor demasiado grande para el tipo de datos definido",
            "定義されたデータ型に対して値が大きすぎます",
            "对已定义的数据类型来说值过大",
            "對所定義的資料型態而言數值過大",
        ),
    ),
    (
        "accessing a corrupted shared library",
        (
            "Zugriff auf eine beschädigte Shared Library",
            "Accès à une bibliothèque partagée corrompue",
            "Accediendo a una biblioteca compartida corrupta",
            "壊れた共有ライブラリにアクセスしようとしました",
            "正在访问一个已毁坏的共享库",
        ),
    ),
    (
        "segmentation fault",
        ("Speicherzugriffsfehler", "Erreur de segmentation", "Violación de segmento", "段错误", "程式記憶體區段錯誤"),
    ),
    (
        "illegal instruction",
        (
            "Ungültiger Maschinenbefehl",
            "Instruction non permise",
            "Instruction illégale",
            "Instrucción ilegal",
            "不正な命令です",
            "非法指令",
        ),
    ),
    (
        "syntax error near unexpected token",
        (
            "Syntaxfehler beim unerwarteten Symbol",
            "Syntaxfehler beim unerwarteten Wort",
            "erreur de syntaxe près du symbole inattendu",
            "error sintáctico cerca del elemento inesperado",
            "予期しないトークン",
            "未预期的记号",
            "未预期的符号",
            "未預期的字組",
            "erro de sintaxe próximo ao token inesperado",
            "erro de sintaxe junto a símbolo",
            "errore di sintassi vicino al token non atteso",
            "syntaxfout nabij onverwacht symbool",
            "синтаксическая ошибка рядом с неожиданным маркером",
            "błąd składni przy nieoczekiwanym znaczniku",
            "예기치 않은 토큰",
            "chyba syntaxe poblíž neočekávaného tokenu",
            "beklenmeyen jeton",
            "синтаксична помилка коло неочікуваної лексеми",
            "syntaxfel nära den oväntade symbolen",
        ),
    ),
    (
        "read-only file system",
        (
            "Das Dateisystem ist nur lesbar",
            "Système de fichiers accessible en lecture seulement",
            "Sistema de archivos de solo lectura",
            "Sistema de ficheros de sólo lectura",
            "読み込み専用ファイルシステムです",
            "只读文件系统",
            "唯讀檔案系統",
        ),
    ),
)

# The word that bash puts before the number of a line; translated where it stands, but no reason to look at a line.
LINE_WORDS = (
    "línea|línia|Zeile|ligne|riga|linia|regel|linha|linje|linio|строка|ред|řádek|riadok|satır|рядок|rad|rivi|redak|vrstica|baris"
    "|줄|行|第"
)


def translations() -> Iterator[tuple[str, str]]:
    """Yield all pairs of a translation and what it says in English."""
    for english, words in (*ROWS, *MORE):
        for word in words:
            yield word.replace("\u00a0", " ").replace("\u202f", " "), english
