"""Makes the files of `bad/` anew: hand-made, byte by byte, what exports and people do to a table. What each of them comes to is a
snapshot of `tests/it/corpus.rs`."""

import gzip
import os
import zipfile

POLISH = "id_respondent;l1;l2\n1;Zażółć gęślą jaźń;Ślązak\n2;Łódź;Źródło\n"


def latin(text, encoding="cp1250"):
    return text.encode(encoding)


FILES = {
    # Structure.
    "unclosed-quote.csv": b'id_respondent;l1\n1;"a\n2;b\n3;c\n',
    "text-after-a-closing-quote.csv": b'id_respondent;l1\n1;"Firma "ABC" sp. z o.o."\n2;b\n',
    "quote-that-swallows-rows.csv": b'id_respondent,l1\n1,"x\n2,y\n3,"z"\n',
    "quote-in-a-field.csv": b'id_respondent;l1\n1;rura 5" stal\n2; "x"\n',
    "ragged.csv": b"id_respondent;l1;l2\n1;a\n2;a;b;c\n3;a;b;;\n4;a;b\n",
    "trailing-blanks.csv": b"id_respondent;l1;;\r\n1;a;;\r\n;;;\r\n2;b;;\r\n;;;\r\n\r\n",
    "line-end-in-an-unquoted-field-of-a-cr-file.csv": b"id_respondent;l1;l2\r1;dwie\nlinie;x\r2;a;b\r",
    "title-above-the-header.csv": b"Raport miesi\xeaczny;;\n\nid_respondent;l1;l2\n1;a;b\n",
    "semicolons-and-decimal-commas.csv": b"id_respondent;l1;l2\n1;1,5;2,5\n2;3,5;4,5\n",
    "wrong-sep-line.csv": b"sep=,\nid_respondent;l1\n1;a\n",
    "one-column.csv": b"id_respondent\n1\n2\n",
    "two-columns-of-one-name.csv": b"id_respondent;l1;L1\n1;a;b\n",
    "header-alone.csv": b"id_respondent;l1\n",
    "empty.csv": b"",
    "two-exports-in-one.csv": "\ufeffid_respondent;l1\n1;a\n\ufeffid_respondent;l1\n2;b\n".encode(),
    # Encodings.
    "windows-1250-and-iso-8859-2.csv": latin(POLISH) + latin("3;Ślązak śpi;ąę\n", "iso8859-2"),
    "utf-8-with-stray-bytes.csv": POLISH.encode() + b"3;Z\xb3oty;x\n",
    "windows-1250-with-a-row-of-utf-8.csv": latin(POLISH + "3;gęślą;jaźń\n" * 3) + "4;ł;x\n".encode(),
    "windows-1250-in-capitals.csv": latin("id_respondent;l1\n1;SPÓŁKA\n"),
    "windows-1250-with-an-undefined-byte.csv": latin(POLISH) + b"3;a\x81b;x\n",
    "czech-in-windows-1250.csv": latin("id_respondent;l1\n1;Plzeň\n"),
    "windows-1252.csv": latin("id_respondent;l1\n1;Voilà\n2;à Genève\n3;là\n", "cp1252"),
    "spanish-in-windows-1252.csv": latin("id_respondent;l1\n1;¿Qué?\n2;¡Mañana!\n", "cp1252"),
    "half-a-pair-in-utf-16.csv": "\ufeffid_respondent\tl1\n1\tdobry\n2\tz".encode("utf-16-le") + b"\x3d\xd8y\0\n\0",
    "a-byte-too-many-in-utf-16.csv": "\ufeffid_respondent\tl1\n1\tdobry\n2\tx".encode("utf-16-le") + b"y",
    "binary.csv": bytes(range(256)) * 4 + b"\0" * 1024,
    # Containers.
    "cut-off.gz": gzip.compress(POLISH.encode(), mtime=0)[:-9],
    "garbage-behind.gz": gzip.compress(POLISH.encode(), mtime=0) + b"garbage",
    "a-page-that-is-called-a-workbook.xls": b"<html><body><table><tr><td>id_respondent</td></tr></table></body></html>",
    # Contents.
    "mangled-ids.csv": (
        "id_respondent;l1\n0012;kept\n\u00a013\u200b;trimmed\n1,23E+11;a\n12345.0;b\n12 345;c\n08.maj;d\n#N/D!;e\n"
        "１２３;f\n[ID_RESPONDENT];g\nanna@example.com;h\n;i\n"
    ).encode(),
    "damaged-labels.csv": "id_respondent;l1;l2\n1;08.maj;1,23E+11\n2;#N/D!;####\n3;ZĹ‚oty;Z\ufffdoty\n4;ok;ok\n".encode(),
    "number-of-the-crm.csv": b"Record ID;l1\n901;a\n902;b\n",
}

os.makedirs("bad", exist_ok=True)
for name, content in FILES.items():
    with open(f"bad/{name}", "wb") as file:
        file.write(content)
with zipfile.ZipFile("bad/a-zip-that-is-no-workbook.zip", "w") as archive:
    archive.writestr(zipfile.ZipInfo("contacts.csv"), POLISH)
