@echo off
rem Checks the CSV or Excel file that is dropped onto this file. Sends nothing.
rem UTF-8: the program's letters and the lines below need it.
chcp 65001 > nul
setlocal DisableDelayedExpansion
title respondent-sync check
set "here=%~dp0"
set "name=%~nx0"
set "file=%~1"
set "dropped="

rem From here on, names are written with exclamation marks: cmd then takes every character of them as it is.
setlocal EnableDelayedExpansion

rem Explorer quotes a dropped name only if it has a space. At an ampersand, cmd would end the name, and run the rest of it
rem as a command when this file is done. The line that started cmd has the whole name:
rem     cmd.exe /c ""C:\folder\sprawdz.cmd" C:\one^&two.csv"
set "line=!cmdcmdline!"
if not defined line goto check
set "rest=!line:*%name%=!"
if "!rest!"=="!line!" goto check
set "dropped=1"
set "rest=!rest:"=!"
if not defined rest goto check
if "!rest: =!"=="" goto check
:trim
if "!rest:~0,1!"==" " set "rest=!rest:~1!" & goto trim
if "!rest:~-1!"==" " set "rest=!rest:~0,-1!" & goto trim
rem Of several files, the first one is checked.
if exist "!rest!" set "file=!rest!"

:check
set "code=2"
if not defined file goto nothing
if not exist "!here!respondent-sync.exe" goto alone
rem The settings that `respondent-sync init` writes beside kontakty.csv or kontakty.xlsx: kontakty.toml.
set "config="
if /i "!file:~-4!"==".csv" set "config=!file:~0,-4!.toml"
if /i "!file:~-5!"==".xlsx" set "config=!file:~0,-5!.toml"
if defined config if exist "!config!" goto settings
"!here!respondent-sync.exe" check "!file!"
set "code=!errorlevel!"
if "!code!"=="2" goto settings_missing
if not "!code!"=="3" goto end
:settings_missing
echo.
echo Brakuje ustawień. Otwórz konsola.cmd i wpisz:
echo   respondent-sync init "!file!"
goto end

:settings
"!here!respondent-sync.exe" check "!file!" --config "!config!"
set "code=!errorlevel!"
goto end

:nothing
echo Przeciągnij plik CSV albo XLSX na ikonę sprawdz.cmd.
goto end

:alone
rem Explorer shows a ZIP as if it was a folder. Started there, this file is alone in a temporary one.
echo Najpierw wypakuj cały plik ZIP: prawy przycisk myszy, "Wyodrębnij wszystkie".

:end
pause
rem Without /b: cmd itself ends, and does not run what stands behind an ampersand.
if defined dropped exit !code!
exit /b !code!
