@echo off
rem The nightly run, for the Task Scheduler (respondent-sync.xml), with a mail when it fails: counts, codes, the
rem diagnosis, the next step and the path of the page, no rows.
rem
rem Put it beside nps.toml. Give SERVER, FROM and TO a value behind the =; without SERVER no mail is sent, and
rem results\mail.txt has its text.
setlocal
if not defined SERVER set SERVER=
set FROM=respondent-sync@example.com
set TO=marketing@example.com
if not defined PROGRAM set PROGRAM=%ProgramFiles%\respondent-sync\respondent-sync.exe

rem With -q, nothing is written to the log unless something is wrong.
"%PROGRAM%" run --config nps.toml --resume --rotate -q --summary - > results\last.json 2>> results\respondent-sync.log
set CODE=%ERRORLEVEL%
if %CODE%==0 exit /b 0
rem The window is over: tomorrow's run continues, and no mail is sent. The overview says how far it came.
if %CODE%==10 exit /b 10

"%PROGRAM%" report results\last.json --format text > results\mail.txt 2>> results\respondent-sync.log
if defined SERVER powershell -NoProfile -NonInteractive -Command "Send-MailMessage -SmtpServer $env:SERVER -From $env:FROM -To $env:TO -Encoding UTF8 -Subject ('respondent-sync: ' + (Get-Content results\mail.txt -Encoding UTF8 -TotalCount 1)) -Body (Get-Content results\mail.txt -Encoding UTF8 -Raw)" 2>> results\respondent-sync.log
exit /b %CODE%
