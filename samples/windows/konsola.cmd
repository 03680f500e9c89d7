@echo off
rem Opens a console in the folder of this file, with respondent-sync on the PATH, and prints the program's overview.
rem UTF-8: the program's letters and the lines below need it.
chcp 65001 > nul
setlocal DisableDelayedExpansion
title respondent-sync
if exist "%~dp0respondent-sync.exe" goto open

rem Explorer shows a ZIP as if it was a folder. Started there, this file is alone in a temporary one.
echo Najpierw wypakuj cały plik ZIP: prawy przycisk myszy, "Wyodrębnij wszystkie".
echo Potem otwórz konsola.cmd w wypakowanym folderze.
pause
exit /b 2

:open
rem A network folder cannot be a console's folder: pushd gives it a drive letter.
pushd "%~dp0"
set "PATH=%~dp0;%PATH%"
"%ComSpec%" /k respondent-sync.exe help
popd
