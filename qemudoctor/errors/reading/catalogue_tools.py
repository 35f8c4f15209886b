"""What sudo and util-linux and dpkg say in other languages.

Source: the message catalogues of sudo 1.9.13p3, util-linux 2.38.1, dpkg 1.21.22 of Debian 12.
Made by tests/errors/catalogues.py from fixtures/messages/catalogues.jsonl: do not edit.
"""

# ruff: noqa: RUF001 - the letters of other scripts, and their quotes and colons, are what is looked for

# fmt: off
ROWS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("effective uid is not {0}: {1}, nosuid or nfs", (
        "l'UID efeutivu nun ye {0}, ¿ta {1} nun sistema de ficheros cola opción \"nosuid\" afitada o nun sistema de "
        "ficheros NFS ensin privilexos root?",
        'efektivní UID není {0}, nalézá se {1} na souborovém systému s nastavenou volbou "nosuid" nebo na souborovém '
        "systému NFS bez práv roota?",
        'effektiv uid er ikke {0}, er {1} på et filsystem med indstillingen "nosuid" angivet eller et NFS-filsytsem '
        "uden administratorprivilegier (root)?",
        'Effektive UID ist nicht {0}. Liegt {1} auf einem Dateisystem mit gesetzter "nosuid"-Option oder auf einem '
        "NFS-Dateisystem ohne Root-Rechte?",
        "efektiva uid ne estas {0}; ĉu {1} estas en dosiersistemo kun la elekto 'nosuid' aŭ reta dosiersistemo sen "
        "ĉefuzanto-privilegioj?",
        "el uid no es {0}, es {1} en un sistema de archivos con la opción 'nosuid' establecida o un sistema de "
        "archivos  NFS sin privilegios de root?",
        'vallitseva käyttäjä-id ei ole {0}, sijaitseeko {1} "nosuid"-valintaa käyttävällä tiedostojärjestelmällä, '
        "vai onko tämä NFS-tiedostojärjestelmä ilman root-käyttöoikeuksia?",
        "le uid effectif n'est pas {0}. Est-ce que {1} est sur un système de fichiers avec l'option \"nosuid\" ou un "
        "système de fichiers NFS sans privilèges root ?",
        "il uid efetîf nol è {0}, {1} isal suntun filesystem cun stabilide la opzion 'nosuid' o un filesystem NFS "
        "cence privileçs di root?",
        'o uid efectivo non é {0}, é {1} nun sistema de ficheiros coa opción "nosuid" definida ou nun sistema de '
        "ficheiros NFS sen privilexios de root?",
        'efektivni UID nije {0}; je li {1} na datotečnom sustavu s postavljenom opcijom "nosuid" ili NFS datotečnom '
        "sustavu bez root privilegija?",
        'a tényleges uid nem {0}, a(z) {1} a "nosuid" kapcsolóval beállított fájlrendszeren vagy rendszergazda '
        "jogosultságok nélküli NFS fájlrendszeren van?",
        "lo uid effettivo non è {0}. {1} si trova su un file system con l'opzione \"nosuid\" impostata o su un file "
        "system NFS senza privilegi di root?",
        "実効 uid が {0} ではありません、{1} は 'nosuid' が設定されたファイルシステムにあるか、root "
        "権限のないNFSファイルシステムにあるのでは？",
        'მიმდინარე uid არ უდრის {0}-ს, არამედ {1}-ს, ფაილურ სისტემაზე, რომელსაც პარამეტრად "nosuid" აქვს '
        "მითითებული.თუ ეს NFS ფაილური სისტემაა root პრივილეგიების გარეშე?",
        "{0}은(는) 유효한 uid가 아닙니다. {1}은(는) 'nosuid' 옵션을 설정한 파일 시스템이거나 루트 권한이 없는 NFS "
        "파일 시스템입니까?",
        'effektiv uid er ikke {0}.  Er {1} på et filsystem hvor "nosuid" er valgt, eller på et NFS-filsystem uten '
        "rot-rettigheter?",
        "gebruikt gebruikersnummer is niet {0}, is {1} op een bestandssysteem met de 'nosuid' optie ingesteld of een "
        "NFS bestandssysteem zonder rootrechten?",
        "efektywny uid nie wynosi {0}, czy {1} jest na systemie plików z opcją 'nosuid' albo systemie plików NFS bez "
        "uprawnień roota?",
        "a uid efectiva não é {0}, é {1} num sistema de ficheiros com a opção 'nosuid' definida ou um sistema de "
        "ficheiros NFS sem privilégios root?",
        'uid efetivo não é {0}, é {1} em um sistema de arquivos com a opção "nosuid" defina ou um sistema de '
        "arquivos NFS sem privilégios de root?",
        'uid-ul efectiv nu este {0}, este {1} pe un sistem de fișiere cu opțiunea "nosuid" stabilită sau un sistem '
        "de fișiere NFS fără privilegii de root?",
        'эффективный uid не равен {0}, возможно, {1} находится в файловой системе, смонтированной с битом "nosuid" '
        "или в файловой системе NFS без прав суперпользователя?",
        'efektívny identifikátor uid nie je {0}, je {1} na systéme súborov s nastavenou voľbou "nosuid", alebo na '
        "systéme súborov NFS bez právomocí administrátora?",
        'trenutni ID uporabnika ni {0}. Ali je {1} na datotečnem sistemu z nastavljeno možnostjo "nosuid" ali '
        "datotečnem sistemu NFS brez dovoljenj skrbnika?",
        'стварни уид није {0}, већ {1} на систему датотека са подешеном опцијом "nosuid" или је НФС систем датотека '
        "без администраторских привилегија?",
        'effektivt uid är inte {0}, är {1} på ett filsystem med flaggan "nosuid" inställd eller ett NFS-filsystem '
        "utan root-rättigheter?",
        "etkin kullanıcı kimliği {0} değil, {1} 'nosuid' seçeneği ayarlanmış bir dosya sisteminde veya yetkisiz "
        "haklara sahip bir NFS dosya sisteminde mi?",
        'поточним uid не є {0}. Можливо {1} зберігається у файловій системі зі встановленим параметром "nosuid" або '
        "у файловій системі NFS без прав доступу root?",
        'uid chịu tác động hiện tại không phải là {0}, có phải là {1} trên hệ thống tập tin với tùy chọn  "nosuid" '
        "được đặt, hay một hệ thống tập tin NFS không có đặc quyền của root không?",
        '有效用户 ID 不是 {0}，{1} 位于一个设置了"nosuid"选项的文件系统或没有 root 权限的 NFS 文件系统中吗？',
        '有效的使用者 ID 不是 {0}，請問{1}是存在於設定"nosuid"掛載選項的檔案系統中，還是存在於沒有 root 權限的 NFS '
        "檔案系統？",
    )),
    ("effective uid is not {0}, is sudo installed setuid root?", (
        "l'UID efeutivu nun ye {0}, ¿ta sudo instaláu como setuid root?",
        "l'uid efectiu no és {0}, és el sudo instal·lat com a setuid root?",
        "efektivní UID není {0}, je sudo nainstalované jako setuid vlastněné rootem?",
        "effektiv uid er ikke {0}, er sudo installeret setuid root?",
        'Effektive UID ist nicht {0}. Wurde sudo mit "setuid root" installiert?',
        "efektiva uid ne estas {0}; ĉu sudo estas instalita kiel setuid-radiko?",
        "el uid efectivo no es {0}, sudo está instalado con setuid root?",
        "vallitseva käyttäjä-id ei ole {0}, onko sudo asennettu setuid root -käyttöoikeuksilla?",
        "le uid effectif n'est pas {0}. Est-ce que sudo est installé setuid root ?",
        "il uid efetîf nol è {0}, sudo isal instalât cun setuid root?",
        "o uid efectivo non é {0}, está sudo instalado con setuid de root?",
        "efektivni UID nije {0}; je li sudo instaliran sa setuid root?",
        "a tényleges uid nem {0}, a sudo telepítette a setuid gyökeret?",
        "lo uid effettivo non è {0}. Il programma sudo è installato con setuid root?",
        "実効 uid が {0} ではありません、sudo は setuid root を設定してインストールされていますか？",
        "მიმდინარე uid {0}-ს არ უდრის. შეამოწმეთ, აქვს sudo-ს setuid ბიტი მინიჭებული?",
        "{0}은(는) 유효한 uid가 아닙니다. sudo에 setuid root를 설치했습니까?",
        'effektiv uid er ikke {0}. Er sudo installert med "setuid root"?',
        "gebruikt gebruikersnummer is niet {0}, is sudo geinstalleerd met setuid root?",
        "efektywny uid nie wynosi {0}, czy sudo jest zainstalowane z setuid root?",
        "a uid efectiva não é {0}, tem sudo instalado com setuid root?",
        "uid efetivo não é {0}, sudo está instalado em uma raiz com setuid?",
        "uid-ul efectiv nu este {0}, este sudo instalat root setuid?",
        "эффективный uid не равен {0}, программа sudo установлена с битом setuid и принадлежит root?",
        "trenutni uid ni {0}. Ali je sudo pravilno nameščen?",
        "стварни уид није {0}, већ сетуид администратор инсталиран судоом?",
        "effektivt uid är inte {0}, har sudo installerats som setuid root?",
        "etkin kullanıcı kimliği {0} değil, sudo setuid root ile mi yüklendi?",
        "поточним uid не є {0}, sudo встановлено з ідентифікатором користувача root?",
        "uid chịu tác động hiện tại không phải là {0}, chương trình sudo có được cài với setuid root không?",
        "有效用户 ID 不是 {0}，sudo 属于 root 并设置了 setuid 位吗？",
        "有效的使用者 ID 不是 {0}，sudo 是否已經安裝 setuid root？",
    )),
    ("{0} must be owned by uid {1} and have the setuid bit set", (
        "{0} ha ser propiedá del UID {1} y tener afitáu'l bit setuid",
        "{0} ha de ser propietat de l'uid {1} i tenir el bit setuid establert",
        "{0} musí být vlastněn UID {1} a mít nastaven bit setuid",
        "{0} skal være ejet af uid {1} og have setuid bit angivet",
        '{0} muss dem Benutzer mit UID {1} gehören und das "setuid"-Bit gesetzt haben',
        "{0} devas esti posedata de uid {1} kaj la setuid-bito devas esti markita",
        "{0} debe ser propiedad del uid {1} y tener el bit setuid establecido",
        "مالک {0} باید شناسهٔ کاربری {1} باشد و بیت setuid نیز تنظیم شده باشد",
        "polun {0} omistajan on oltava uid {1} ja setuid-bitin on oltava asetettu",
        "{0} doit être la propriété du uid {1} et avoir le bit setuid mis",
        "{0} al scugne jessi di proprietât dal uid {1} e vê stabilît il bit setuid",
        "{0} debe ser propiedade do uid {1} e debe ter definido o bit setuid",
        "vlasnik {0} mora biti UID {1} i mora imati postavljeni setuid bit",
        "{0} a(z) {1} uid tulajdona kell legyen, és a setuid bitnek beállítva kell lennie",
        "{0} deve essere di proprietà dello uid {1} e avere il bit setuid impostato",
        "{0} は所有者が uid {1} である必要があり、かつ setuid が設定されている必要があります",
        "{0}-ის მფლობელი UID {1} უნდა იყოს. ასევე დაყენებული უნდა ჰქონდეს setuid ბიტი",
        "{0}은(는) {1} uid를 소유해야 하며 setuid 비트를 설정해야 합니다",
        "{0} må eies av uid {1}, og setuid-biten må være valgt",
        "eigenaar van {0} moet gebruikersnummer {1} zijn en de setuid bit ingesteld",
        "{0} musi mieć uid {1} jako właściciela oraz ustawiony bit setuid",
        "{0} tem ser propriedade de uid {1} e ter o bit setuid definido",
        "{0} deve ter como dono o uid {1} e tem definido o bit setuid",
        "{0} trebuie să fie deținut de uid-ul {1} și să aibă bitul setuid stabilit",
        "{0} должен принадлежать пользователю с uid {1} и иметь бит setuid",
        "{0} musí byť vlastnený identifikátorom uid {1} a musí mať nastavený bit setuid",
        "{0} si mora lastiti uporabnik z ID-jem {1} and mora imeti nastavljen bit setuid",
        '{0} мора бити власништвo уида {1} и треба да има подешен бит "setuid"',
        "{0} måste ägas av uid {1} och ha setuid-biten inställd",
        "{0}, {1} kullanıcı kimliği tarafından sahiplenmeli ve setuid biti ayarlanmış olmalı",
        "{0} має належати користувачеві з uid {1}, крім того, має бути встановлено біт setuid",
        "{0} phải được sở hữu bởi uid {1} và bít setuid phải được đặt",
        "{0} 必须属于用户 ID {1}(的用户)并且设置 setuid 位",
        "{0} 必須由使用者 ID 為 {1} 的使用者所擁有，且必須設定 setuid 位元",
    )),
    ('the "no new privileges" flag is set, which prevents sudo from running as root.', (
        'Je nastaven příznak "žádná další oprávnění", což brání sudu, aby běželo jako root',
        'Der Schalter "no new privileges" ist gesetzt, welcher sudo daran hindert, als Root ausgeführt zu werden.',
        'Der Schalter "no new privileges" ist gesetzt, welcher sudo daran hindert, als Root ausgeführt zu werden',
        'La flago "neniuj novaj privilegioj" estas agordita. Tio malhelpas al sudo plenumigi kiel la ĉefuzanto.',
        'La flago "neniuj novaj privilegioj" estas agordita. Tio malhelpas al sudo plenumigi kiel la ĉefuzanto',
        '"Ei uusia oikeuksia" -lippu on asetettu, mikä estää sudon suorittamiseen root-käyttäjänä.',
        '"Ei uusia oikeuksia" -lippu on asetettu, mikä estää sudon suorittamiseen root-käyttäjänä',
        "Le fanion \"no new privileges\" (\"pas de nouveau privilèges\") est défini. Il empêche sudo de s'exécuter "
        "en tant que root.",
        "Le fanion \"no new privileges\" (\"pas de nouveau privilèges\") est défini. Il empêche sudo de s'exécuter "
        "en tant que root",
        'La opzion (flag) "no new privileges" (nissun gnûf privileç) e je definide. Chest al impedìs a sudo di zirâ '
        "come root.",
        'La opzion (flag) "no new privileges" (nissun gnûf privileç) e je definide. Chest al impedìs a sudo di zirâ '
        "come root",
        'Flag "no new privileges" je podignut, i to sprječava da sudo da postane root.',
        'Flag "no new privileges" je podignut, i to sprječava da sudo da postane root',
        "権限変更不可フラグがセットされていて、sudo を root として実行できません。",
        'დაყენებულია ალამი "ახალი პრივილეგიების გარეშე", რომელიც sudo-ს საშუალებას არ აძლევს, root-ით გაეშვას.',
        'დაყენებულია ალამი "ახალი პრივილეგიების გარეშე", რომელიც sudo-ს საშუალებას არ აძლევს, root-ით გაეშვას',
        'sudo를 루트 권한으로 실행하지 못하게 하는 "no new privileges" 플래그를 설정했습니다.',
        'sudo를 루트 권한으로 실행하지 못하게 하는 "no new privileges" 플래그를 설정했습니다',
        'Ustawiona jest flaga "bez nowych uprawnień", która nie pozwala na uruchamianie sudo jako root.',
        'Ustawiona jest flaga "bez nowych uprawnień", która nie pozwala na uruchamianie sudo jako root',
        'Este setat indicatorul "fără privilegii noi", ceea ce împiedică rularea "sudo" ca root.',
        'Este setat indicatorul "fără privilegii noi", ceea ce împiedică rularea "sudo" ca root',
        'Опција "no new privileges" је постављена, што спречава "sudo"-а да ради као администратор.',
        'Опција "no new privileges" је постављена, што спречава "sudo"-а да ради као администратор',
        'Flaggan "inga nya privilegier" är satt, vilket förhindrar sudo från att köra som root.',
        'Flaggan "inga nya privilegier" är satt, vilket förhindrar sudo från att köra som root',
        'Встановлено прапорець "без нових привілеїв", який забороняє запуск sudo від імені користувача root.',
        'Встановлено прапорець "без нових привілеїв", який забороняє запуск sudo від імені користувача root',
        'Chưa đặt cờ "đặc quyền mới" nào, việc này sẽ ngăn cản sudo chạy với tư cách root.',
        'Chưa đặt cờ "đặc quyền mới" nào, việc này sẽ ngăn cản sudo chạy với tư cách root',
        '已设置"no new privileges"标志，它阻止 sudo 以 root 身份运行。',
        '已設定"無新特權 (no new privileges)"旗標，防止 sudo 以 root 身份執行。',
    )),
    ("sudo: unable to execute", (
        "sudo: nun pue executase", "sudo: no s'ha pogut executar", "sudo: kan ikke køre",
        "sudo: ne eblas plenumigi:", "sudo: no se puede ejecutar", "sudo: impossible d'exécuter",
        "sudo: impussibil eseguî", "sudo: non é posíbel executar", "sudo: nije moguće izvršiti",
        "sudo: impossibile eseguire", "sudo: nie udało się wykonać", "sudo: impossível executar",
        "sudo: não foi possível executar", "sudo: nu se poate executa", "sudo: не удаётся выполнить",
        "sudo: nie je možné vykonať", "sudo: ni mogoče izvršiti", "sudo: не могу да извршим", "sudo: kunde inte köra",
        "sudo: не вдалося виконати", "sudo: không thể thực thi", "sudo: 无法执行", "sudo: 無法執行",
    )),
    ("sudo: unable to execute {0}", (
        "sudo: {0} nelze spustit", "sudo: {0} konnte nicht ausgeführt werden", "sudo: ezin da {0} exekutatu",
        "sudo: نمیتوان {0} را اجرا کرد", "sudo: {0}: suorittaminen epäonnistui", "sudo: {0} nem hajtható végre",
        "sudo: {0} を実行できません", "sudo: {0}-ის გაშვების შეცდომა", "sudo: {0}을(를) 실행할 수 없습니다",
        "sudo: klarte ikke å kjøre {0}", "sudo: kan {0} niet uitvoeren", "sudo: {0} çalıştırılamıyor",
    )),
    ("unknown filesystem type '{0}'", (
        "neznámý typ systému souborů {0}", "ukendt filsystemtype {0}", "unbekannter Dateisystemtyp {0}",
        "tipo de sistema de ficheros {0} desconocido", "tuntematon tiedostojärjestelmän tyyppi {0}",
        "type de système de fichiers {0} inconnu", "nepoznata vrsta datotečnog sustava {0}",
        "未知のファイルシステムタイプ {0} です", "onbekende bestandssysteemsoort {0}",
        "nieznany typ systemu plików {0}", "tipo de sistema de ficheiros {0} desconhecido",
        "tipo de sistema de arquivos desconhecido {0}", "okänd filsystemstyp {0}",
        "dosya sistemi tipi {0} bilinmiyor", "невідомий тип файлової системи {0}",
        "không hiểu kiểu hệ thống tập tin {0}", "未知的文件系统类型{0}",
    )),
    ("must be superuser to use mount", (
        "mount může používat pouze superuživatel", "skal være superbruger for at bruge mount",
        '"mount" darf nur der Administrator verwenden', "debe ser superusuario para utilizar mount",
        "mountin käyttöön vaaditaan pääkäyttäjän oikeudet", "seul le superutilisateur peut utiliser mount",
        "za koristiti mount morate biti superuser (root)", "mount を使用するにはスーパーユーザでなければなりません",
        "u moet root zijn om aan te kunnen koppelen", "do używania mounta trzeba być superużytkownikiem",
        "tem de ser super-utilizador para usar o mount", "é necessário ser superusuário para montar",
        "måste vara superanvändare för att använda mount", "mount kullanablilmek için süper kullanıcı olunmalı",
        "для використання mount слід мати права адміністратора",
        "cần phải là siêu người dùng (root) để sử dụng lệnh mount", "必须以超级用户身份使用 mount",
    )),
    ("mount point does not exist", (
        "přípojný bod neexistuje", "monteringspunkt findes ikke", "der Einhängepunkt ist nicht vorhanden",
        "el punto de montaje no existe", "le point de montage n'existe pas", "točka montiranja ne postoji",
        "マウントポイントが存在しません", "punkt montowania nie istnieje", "ponto de montagem não existente",
        "o ponto de montagem não existe", "monteringspunkt finns inte", "точки монтування не існує", "挂载点不存在",
    )),
    ("package architecture ({0}) does not match system ({1})", (
        "l'arquitectura del paquete ({0}) nun correspuende cola del sistema ({1})",
        "l'arquitectura del paquet ({0}) no correspon amb la del sistema ({1})",
        "architektura balíku ({0}) se neshoduje se systémem ({1})",
        "pakkearkitekturen ({0}) passer ikke til systemet ({1})",
        "Paket-Architektur ({0}) passt nicht zum System ({1})",
        "ཐུམ་སྒྲིལ་གྱི་བཟོ་བཀོད({0})འདི་རིམ་ལུགས་({1})དང་མི་མཐུན་པས།",
        "η αρχιτεκτονική του πακέτου ({0}) δεν ταιριάζει με αυτή του συστήματος ({1})",
        "la pak-arkitekturo ({0}) ne kongruas al la sistemo ({1})",
        "la arquitectura del paquete ({0}) no corresponde con la del sistema ({1})",
        "paki arhitektuur ({0}) ei vasta süsteemile ({1})",
        "paketearen arkitektura ({0}) ez dator bat sistemarekin ({1})",
        "l'architecture du paquet ({0}) ne correspond pas à celle du système ({1})",
        "a arquitectura do paquete ({0}) non coincide co sistema ({1})",
        "a csomag géptípusa ({0}) eltér a rendszertől ({1})",
        "arsitektur paket ({0}) tidak cocok dengan sistem ({1})",
        "l'architettura del pacchetto ({0}) non corrisponde a quella del sistema ({1})",
        "パッケージアーキテクチャ ({0}) がシステム ({1}) と一致しません",
        "ស្ថាបត្យកម្មកញ្ចប់ ({0}) មិនផ្គូផ្គងនឹងប្រព័ន្ធ ({1})",
        "패키지의 아키텍처({0})는 시스템({1})과 맞지 않습니다.",
        "패키지의 아키텍처({0})는 시스템({1})과 맞지 않습니다",
        "paketo architektūra ({0}) netinka jūsų sistemai ({1})",
        "({0}) पॅकेज आर्किटेक्चर ({1}) प्रणाली बरोबर जुळत नाही", "प्याकेज बनावट ({0}) प्रणाली ({1})संग मेल खादैन",
        "pakketarchitectuur ({0}) komt niet overeen met het systeem ({1})",
        "pakkearkitekturen ({0}) passar ikkje til systemet ({1})",
        "l'arquitectura del paquet ({0}) correspond pas a la del sistèma ({1})",
        "architektura pakietu ({0}) nie zgadza się z architekturą systemu ({1})",
        "a arquitectura do pacote ({0}) não coincide com a do sistema ({1})",
        "arquitetura do pacote ({0}) não combina com a do sistema ({1})",
        "arhitectura pachetului ({0}) nu se potrivește cu sistemul ({1})",
        "архитектура пакета ({0}) не соответствует архитектуре системы ({1})",
        "architektúra balíka ({0}) nezodpovedá systému ({1})", "paketarkitekturen ({0}) matchar inte systemets ({1})",
        "สถาปัตยกรรมของแพกเกจ ({0}) ไม่ตรงกับของระบบ ({1})",
        "arkitektura ng pakete ({0}) ay hindi lapat sa sistema ({1})",
        "paket mimarisi ({0}) sistemin mimarisi ({1}) ile uyuşmuyor",
        "kiến trúc gói ({0}) không khớp với hệ thống ({1})", "软件包体系结构({0})与本机系统体系结构({1})不符",
        "套件的系統平台 ({0}) 與本機系統 ({1}) 不符",
    )),
    ("unable to execute {0} ({1})", (
        "no es pot executar {0} ({1})", "nelze spustit {0} ({1})", "kunne ikke køre {0} ({1})",
        "{0} ({1}) kann nicht ausgeführt werden", "ne eblas lanĉi {0} ({1})", "no se puede ejecutar {0} ({1})",
        "ezin da {0} ({1}) exekutatu", "impossible d'exécuter {0} ({1})", "sikertelen futtatás {0} ({1})",
        "gagal menjalankan {0} ({1})", "impossibile eseguire {0} ({1})", "{0} を実行できません ({1})",
        "{0} 프로그램을 실행할 수 없습니다 ({1})", "klarte ikke kjøre {0} ({1})",
        "{0} ({1}) kan niet uitgevoerd worden", "impossible d'executar {0} ({1})", "nie można wykonać {0} ({1})",
        "não foi possível executar {0} ({1})", "nu se poate executa {0} ({1})", "не удалось запустить {0} ({1})",
        "nie je možné spustiť {0} ({1})", "kunde inte köra {0} ({1})", "ไม่สามารถเรียกทำงาน {0} ({1})",
        "{0} ({1}) çalıştırılamadı", "không thể thực hiện {0} ({1})", "无法执行 {0} ({1})", "執行 {0} 錯誤 ({1})",
    )),
)
# fmt: on
