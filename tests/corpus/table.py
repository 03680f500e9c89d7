"""The table of the corpus, as a flat OpenDocument spreadsheet on standard output: the form from which LibreOffice makes all
others. Every kind of cell that a CRM's export has, with each Polish letter that the encodings have in different places."""

from xml.sax.saxutils import escape, quoteattr

ROWS = [
    # respondent's id, name, segment, last contact, NPS, note
    (1012, "Zażółć Gęślą-Jaźń", "Złoty klient", "2026-11-24", 9, "Ślązak; mówi \"dzień dobry\""),
    (1013, "Świętosława Źródło", "srebrny", "2026-01-02", 10, "dwie\nlinie, przecinek"),
    (1014, "ŁUKASZ ĄCKI, SPÓŁKA Z O.O.", "", "2025-02-28", 0, "5\" rura"),
    (123456789012, "Zoë Müller", "złoty", "2024-02-29", 7, ""),
]
HEADER = ("Id respondenta", "Imię i nazwisko", "Segment", "Ostatni kontakt", "NPS", "Uwagi")

STYLES = """
 <number:date-style style:name="N1"><number:day number:style="long"/><number:text>.</number:text>
  <number:month number:style="long"/><number:text>.</number:text><number:year number:style="long"/></number:date-style>
 <number:number-style style:name="N2"><number:number number:min-integer-digits="6" number:decimal-places="0"/></number:number-style>
 <style:style style:name="date" style:family="table-cell" style:parent-style-name="Default" style:data-style-name="N1"/>
 <style:style style:name="id" style:family="table-cell" style:parent-style-name="Default" style:data-style-name="N2"/>
"""


def text(value):
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in value.split("\n"))
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>' if value else "<table:table-cell/>"


def number(value, style=""):
    named = f' table:style-name="{style}"' if style else ""
    return f'<table:table-cell{named} office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'


def date(value):
    return f'<table:table-cell table:style-name="date" office:value-type="date" office:date-value="{value}"/>'


def row(cells):
    return "<table:table-row>" + "".join(cells) + "</table:table-row>"


def table(name, rows):
    return f"<table:table table:name={quoteattr(name)}>" + "".join(rows) + "</table:table>"


contacts = [row(map(text, HEADER))]
for respondent, name, segment, contact, nps, note in ROWS:
    contacts.append(row([number(respondent, "id"), text(name), text(segment), date(contact), number(nps), text(note)]))
# What every long-used spreadsheet has: an empty row in the middle.
contacts.insert(3, row([text("")]))

print(f"""<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"
 office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.spreadsheet">
<office:styles><style:style style:name="Default" style:family="table-cell"/></office:styles>
<office:automatic-styles>{STYLES}</office:automatic-styles>
<office:body><office:spreadsheet>{table("Kontakty", contacts)}{table("Notatki", [row([text("nic")])])}</office:spreadsheet></office:body>
</office:document>""")
