"""More of what the C libraries, bash, coreutils and dpkg say in other languages.

Taken from the message catalogues of glibc 2.36, bash 5.2, coreutils 9.1 and dpkg 1.21 of Debian 12, for de, fr,
es, ja, zh_CN, zh_TW, pt_BR, pt, ru, it, pl, nl, ko, cs, tr, uk and sv, where translations.py does not have them.
"""

# ruff: noqa: RUF001 - the letters of other scripts, and their quotes and colons, are what is looked for

# fmt: off
MORE: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("cannot execute: required file not found", (
        "ne peut exécuter : le fichier requis n'a pas été trouvé",
        "no se puede ejecutar: no se ha encontrado el fichero requerido", "無法執行：找不到必須檔案",
        "nie można uruchomić: nie znaleziono wymaganego pliku",
        "kan niet uitvoeren: vereist bestand is niet gevonden", "실행할 수 없음: 필요한 파일이 없습니다",
        "nelze spustit: požadovaný soubor neexistuje", "не вдалося виконати: не знайдено потрібного файла",
        "det går inte att köra: en nödvändig fil finns inte",
    )),
    ("cannot execute binary file", (
        "impossível executar o arquivo binário", "impossível executar o binário",
        "не удаётся запустить бинарный файл", "impossibile eseguire il file binario",
        "nie można uruchomić pliku binarnego", "kan binair bestand niet uitvoeren", "이진 파일을 실행할 수 없음",
        "binární soubor nelze spustit", "ikili dosya çalıştırılamıyor", "не вдалося виконати бінарний файл",
        "det går inte att köra binär fil",
    )),
    ("bad interpreter", (
        "错误的解释器", "不當的直譯器", "interpretador incorreto", "interpretador errado", "неверный интерпретатор",
        "interprete errato", "zły interpreter", "ongeldige interpreter", "잘못된 인터프리터", "chybný interpretr",
        "hatalı yorumlayıcı", "неправильний інтерпретатор", "felaktig tolk",
    )),
    ("exec format error", (
        "Erro no formato exec", "Erro de formato do executável", "Ошибка формата выполняемого файла",
        "Formato eseguibile non valido", "Błędny format pliku wykonywalnego", "Verkeerd uitvoerbaar bestand",
        "Exec 형식 오류", "Chybný formát spustitelného souboru", "Çalıştırılabilir biçem hatası",
        "Помилка, пов’язана з форматом виконуваних файлів", "Formatfel på körbar fil",
    )),
    ("no such file or directory", (
        "Arquivo ou diretório inexistente", "Arquivo ou diretório não encontrado",
        "Ficheiro ou pasta inexistente", "Нет такого файла или каталога",
        "File o directory non esistente", "Nie ma takiego pliku ani katalogu", "Bestand of map bestaat niet",
        "그런 파일이나 디렉터리가 없습니다", "Adresář nebo soubor neexistuje", "Böyle bir dosya ya da dizin yok",
        "Немає такого файла або каталогу", "Filen eller katalogen finns inte",
    )),
    ("permission denied", (
        "Permissão negada", "Permissão recusada", "Отказано в доступе", "Permesso negato", "Brak dostępu",
        "Toegang geweigerd", "허가 거부", "Operace zamítnuta", "Erişim engellendi", "Відмовлено у доступі",
        "Åtkomst nekas",
    )),
    ("operation not permitted", (
        "Operação não permitida", "Операция не позволена", "Operazione non permessa", "Operacja niedozwolona",
        "Actie is niet toegestaan", "명령을 허용하지 않음", "Operace není povolena", "İşleme izin verilmedi",
        "Дію заборонено", "Operationen inte tillåten",
    )),
    ("too many levels of symbolic links", (
        "太多層級的符號連結檔", "Muitos níveis de links simbólicos", "Demasiados níveis de ligações simbólicas",
        "Слишком много уровней символьных ссылок", "Troppi livelli di collegamenti simbolici",
        "Za duże zagnieżdżenie dowiązań symbolicznych",
        "Te veel niveaus van symbolische koppelingen -- vermoedelijk een lus", "기호 연결의 단계가 너무 많음",
        "Příliš mnoho úrovní symbolických odkazů", "Sembolik bağların seviyeleri çok fazla",
        "Забагато рівнів символічних посилань", "För många nivåer av symboliska länkar",
    )),
    ("invalid argument", (
        "Недопустимый аргумент", "Argomento non valido", "Zły argument", "Ongeldig argument", "부적절한 인수",
        "Nepřípustný argument", "Geçersiz argüman", "Некоректний аргумент", "Ogiltigt argument",
    )),
    ("file exists", (
        "Arquivo existe", "O ficheiro existe", "Файл существует", "File già esistente", "Plik istnieje",
        "Bestand bestaat al", "파일이 있습니다", "Soubor již existuje", "Dosya var", "Файл вже існує",
        "Filen existerar",
    )),
    ("function not implemented", (
        "功能沒有實作", "Função não implementada", "Функция не реализована", "Funzione non implementata",
        "Nie zaimplementowana funkcja", "Functie is niet aanwezig", "함수를 구현하지 않았습니다",
        "Funkce není implementována", "İşlev bulunamadı (Bir güncelleme gerekebilir)", "Функцію не реалізовано",
        "Funktion inte implementerad",
    )),
    ("no such device", (
        "沒有此一裝置", "Dispositivo inexistente", "Нет такого устройства", "Nessun device corrisponde",
        "Nie ma takiego urządzenia", "Onjuist apparaat", "그런 장치가 없음", "Takové zařízení neexistuje",
        "Böyle bir aygıt yok", "Пристрою не знайдено", "Enheten finns inte",
    )),
    ("value too large for defined data type", (
        "Valeur trop grande pour le type défini de données", "有定義的資料型別值太大",
        "Valor muito grande para o tipo de dados definido", "Значение слишком велико для такого типа данных",
        "Valore troppo grande per il tipo di dati definito", "Wartość za duża dla zdefiniowanego typu danych",
        "Waarde is te groot voor gedefinieerde gegevenssoort", "정의한 자료형으로 쓰기엔 너무 큰 값",
        "Hodnota je příliš velká pro daný datový typ", "Atanan veri türü için değer çok büyük",
        "Значення є надто великим для визначеного типу даних", "Värdet för stort för definierad datatyp",
    )),
    ("accessing a corrupted shared library", (
        "Zugriff auf eine fehlerhafte oder defekte Shared Library",
        "Accès d'une librairie partagée qui est corrompue",
        "Accediendo a una biblioteca compartida que está corrompida", "壊れた共有ライブラリにアクセスしています",
        "存取一個毀掉的分享函式庫", "Acessando uma biblioteca compartilhado corrompida",
        "A aceder a uma biblioteca partilhada corrompida", "Обращение к поврежденной разделяемой библиотеке",
        "Accesso a una libreria condivisa danneggiata", "Próba użycia uszkodzonej biblioteki dzielonej",
        "Er wordt toegang gezocht tot een beschadigde gedeelde bibliotheek", "손상된 공유 라이브러리에 접근합니다",
        "Použití poškozené sdílené knihovny", "Bir bozulmuş paylaşımlı kitaplığa erişiliyor",
        "Доступ до пошкодженої бібліотеки спільного використання", "Öppnar ett korrupt delat bibliotek",
    )),
    ("segmentation fault", (
        "Falha de segmentação", "Falta de segmentação", "Ошибка сегментирования", "Errore di segmentazione",
        "Naruszenie ochrony pamięci", "Segmentatiefout", "세그멘테이션 오류",
        "Neoprávněný přístup do paměti (SIGSEGV)", "Parçalama arızası", "Помилка адресування", "Segmenteringsfel",
    )),
    ("illegal instruction", (
        "無效指令", "Instrução ilegal", "Недопустимая инструкция", "Istruzione non consentita", "Błędna instrukcja",
        "Ongeldige instructie", "명령어가 잘못됨", "Nedovolená instrukce (SIGILL)", "Yönerge kuraldışı",
        "Помилкова інструкція", "Otillåten instruktion",
    )),
    ("read-only file system", (
        "唯讀的檔案系統", "Sistema de arquivos somente para leitura", "Sistema de ficheiros só de leitura",
        "Файловая система доступна только для чтения", "File system in sola lettura",
        "System plików wyłącznie do odczytu", "Bestandssysteem is alleen-lezen", "읽기전용 파일 시스템",
        "Systém souborů je pouze pro čtení", "Salt-okunur dosya sistemi", "Файлова система тільки для зчитування",
        "Skrivskyddat filsystem",
    )),
    ("failed to run command", (
        "falha ao executar o comando", "не удалось выполнить команду", "impossibile eseguire il comando",
        "nie udało się uruchomić polecenia", "не вдалося виконати команду", "misslyckades att köra kommandot",
    )),
    ("package architecture", (
        "パッケージアーキテクチャ", "套件的系統平台", "arquitetura do pacote", "a arquitectura do pacote",
        "архитектура пакета", "l'architettura del pacchetto", "architektura pakietu", "pakketarchitectuur",
        "패키지의 아키텍처", "architektura balíku", "paket mimarisi", "paketarkitekturen",
    )),
    ("does not match system", (
        "がシステム", "與本機系統", "não combina com a do sistema", "não coincide com a do sistema",
        "не соответствует архитектуре системы", "non corrisponde a quella del sistema",
        "nie zgadza się z architekturą systemu", "komt niet overeen met het systeem", "는 시스템",
        "se neshoduje se systémem", "sistemin mimarisi", "matchar inte systemets",
    )),
)
# fmt: on
