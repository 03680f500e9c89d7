#!/usr/bin/env python3
"""What `check` takes for a table in each form: seconds, rows a second and peak memory, beside `iconv | wc -l` where that can read
the form, and `qsv count` where qsv is installed. Needs a release build, GNU time, gzip and zstd, and nothing but Python's own library.

    python3 tests/bench/forms.py [ROWS] [FOLDER]
"""

import os
import shutil
import subprocess
import sys
import time
import zipfile

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
FOLDER = sys.argv[2] if len(sys.argv) > 2 else "target/forms"
TOOL = "target/release/respondent-sync"
SEGMENTS = ["Złoty klient", "srebrny", "Świeży kontakt", "Łódź i okolice", "źródło: targi"]
HEADER = ["id_respondent", "l1", "l2", "l3", "l4"]
RUNS = 3


def rows():
    for number in range(1, ROWS + 1):
        yield [str(1_000_000 + number), SEGMENTS[number % 5], f"{number % 11}", f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}", f"Gość {number}"]


def text(name, encoding, delimiter, mark=""):
    path = f"{FOLDER}/{name}"
    if not os.path.exists(path):
        with open(path, "w", encoding=encoding, newline="") as file:
            file.write(mark + delimiter.join(HEADER) + "\r\n")
            file.writelines(delimiter.join(row) + "\r\n" for row in rows())
    return path


def packed(name, source, command):
    path = f"{FOLDER}/{name}"
    if not os.path.exists(path):
        with open(path, "wb") as file:
            subprocess.run([*command, source], stdout=file, check=True)
    return path


def workbook(name, shared):
    """A sheet with its texts in the cells, or in the workbook's table of texts, as Excel has them."""
    path = f"{FOLDER}/{name}"
    if os.path.exists(path):
        return path
    texts = {}

    def cell(column, row, value):
        place = f'{"ABCDE"[column]}{row}'
        if column in (0, 2) and value.isdigit():
            return f'<c r="{place}"><v>{value}</v></c>'
        if shared:
            return f'<c r="{place}" t="s"><v>{texts.setdefault(value, len(texts))}</v></c>'
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'

    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    documents = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{package}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>')
        archive.writestr("_rels/.rels", f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{documents}/officeDocument" Target="xl/workbook.xml"/></Relationships>')
        archive.writestr("xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{documents}"><sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>')
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{documents}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{documents}/sharedStrings" Target="sharedStrings.xml"/></Relationships>')
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'<worksheet xmlns="{main}"><sheetData>'.encode())
            for number, row in enumerate([HEADER, *rows()], 1):
                cells = "".join(cell(column, number, value) for column, value in enumerate(row))
                sheet.write(f'<row r="{number}">{cells}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")
        items = "".join(f"<si><t>{value}</t></si>" for value in texts)
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}">{items}</sst>')
    return path


def measured(command):
    """The median of the wall times, and the highest peak of memory in MiB as GNU time has it."""
    command = ["sh", "-c", command] if isinstance(command, str) else command
    times, peak = [], 0
    for _ in range(RUNS):
        start = time.monotonic()
        ended = subprocess.run(["/usr/bin/time", "-f", "%M", *command], capture_output=True, text=True, check=True)
        times.append(time.monotonic() - start)
        peak = max(peak, int(ended.stderr.split()[-1]) / 1024)
    return sorted(times)[RUNS // 2], peak


os.makedirs(FOLDER, exist_ok=True)
utf8 = text("utf-8.csv", "utf-8", ";")
FORMS = [
    (utf8, "utf-8", []),
    (text("utf-8-mark.csv", "utf-8-sig", ","), "utf-8", []),
    (text("windows-1250.csv", "cp1250", ";"), "cp1250", []),
    (text("iso-8859-2.csv", "iso8859-2", ";"), "iso-8859-2", []),
    (text("utf-16le.txt", "utf-16-le", "\t", "\ufeff"), "utf-16", []),
    (text("utf-16be-no-mark.txt", "utf-16-be", "\t"), "utf-16be", []),
    (packed("utf-8.csv.gz", utf8, ["gzip", "-c"]), "gz", []),
    (packed("utf-8.csv.zst", utf8, ["zstd", "-qc"]), "zst", []),
    (workbook("texts-in-cells.xlsx", False), None, []),
    (workbook("texts-shared.xlsx", True), None, []),
    (utf8, None, ["--on-duplicate", "last"]),
]
print(f"{ROWS:,} rows; medians of {RUNS}")
for path, encoding, flags in FORMS:
    seconds, peak = measured([TOOL, "check", path, "--survey", "7", "-q", *flags])
    line = f"{os.path.basename(path)} {' '.join(flags)}: {seconds:.2f} s, {ROWS / seconds:,.0f} rows/s, {peak:.1f} MiB"
    if encoding in ("gz", "zst"):
        tool = "gzip" if encoding == "gz" else "zstd"
        line += f"; {tool} -dc | wc -l: {measured(f'{tool} -dc {path} | wc -l')[0]:.2f} s"
    elif encoding:
        line += f"; iconv | wc -l: {measured(f'iconv -f {encoding} -t utf-8 {path} | wc -l')[0]:.2f} s"
    if shutil.which("qsv") and encoding == "utf-8":
        line += f"; qsv count: {measured(['qsv', 'count', path])[0]:.2f} s"
    print(line, flush=True)
