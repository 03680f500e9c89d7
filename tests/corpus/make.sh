#!/usr/bin/env bash
# Makes the files of `made/` anew with the real programs: LibreOffice Calc (headless), Python's csv module, iconv, gzip and
# zstd. What they make is committed, so the tests need none of them. Their versions are in README.md.
set -euo pipefail
cd "$(dirname "$0")"
rm -rf made && mkdir made
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 table.py > "$work/table.fods"

# Calc's CSV filter: delimiter, quote, encoding (33 windows-1250, 13 ISO-8859-2, 76 UTF-8, 65535 UTF-16), first line,
# column formats, language, all text quoted, special numbers, as shown.
calc() { # name delimiter encoding quoted
    soffice --headless "-env:UserInstallation=file://$work/profile" \
        --convert-to "csv:Text - txt - csv (StarCalc):$2,34,$3,1,,0,$4,false,true" \
        --outdir "$work/out" "$work/table.fods" >/dev/null
    mv "$work/out/table.csv" "made/calc-$1.csv"
}
calc utf-8 44 76 false
calc utf-8-semicolon 59 76 false
calc windows-1250 59 33 false
calc iso-8859-2-quoted 59 13 true
calc utf-16-tab 9 65535 false
soffice --headless "-env:UserInstallation=file://$work/profile" --convert-to xlsx --outdir made "$work/table.fods" >/dev/null
mv made/table.xlsx made/calc.xlsx

# A failed file made with --excel, edited, opened and saved as a workbook.
soffice --headless "-env:UserInstallation=file://$work/profile" --infilter="Text - txt - csv (StarCalc):59,34,76,1" \
    --convert-to xlsx --outdir made failed.csv >/dev/null
mv made/failed.xlsx made/calc-failed.xlsx

# Excel's "Unicode text" and "CSV (Macintosh)" as far as their bytes go.
iconv -f UTF-8 -t UTF-16BE made/calc-utf-8.csv > made/iconv-utf-16be-no-mark.csv
iconv -f UTF-8 -t UTF-16LE made/calc-utf-8.csv > made/iconv-utf-16le-no-mark.csv
gzip -9nc made/calc-windows-1250.csv > made/gzip-of-windows-1250.gz
zstd -q --no-check -c made/calc-utf-16-tab.csv > made/zstd-of-utf-16.zst

python3 - <<'PYTHON'
import csv

rows = list(csv.reader(open("made/calc-utf-8.csv", encoding="utf-8", newline="")))


def write(name, encoding, prefix="", **dialect):
    with open(f"made/python-{name}.csv", "w", encoding=encoding, newline="") as file:
        file.write(prefix)
        csv.writer(file, **dialect).writerows(rows)


write("excel", "utf-8", dialect="excel")
write("excel-tab", "utf-8", dialect="excel-tab")
write("unix", "utf-8", dialect="unix")
write("pipe-quoted-text", "cp1250", delimiter="|", quoting=csv.QUOTE_NONNUMERIC)
write("cr-only", "iso8859-2", delimiter=";", lineterminator="\r", quoting=csv.QUOTE_ALL)
write("sep-line", "utf-8-sig", prefix="sep=;\r\n", delimiter=";")
PYTHON
