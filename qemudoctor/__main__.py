from qemudoctor.cli import main

raise SystemExit(main())
