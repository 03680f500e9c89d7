/* Starts a program in a console of its own, sends that console Ctrl-C as soon as a file exists, and ends with the program's
   exit code:

       console.exe FILE PROGRAM ARGUMENTS...

   For tests under Wine, where a test has no console: the tests themselves are safe Rust and cannot make one. Wine 8 neither
   sends Ctrl-Break nor closes a console. */
#include <stdio.h>
#include <string.h>
#include <windows.h>

static BOOL WINAPI ignore(DWORD event) {
    (void)event;
    return TRUE;
}

/* Returns what stands behind the first word of a command line. */
static char *behind_word(char *line) {
    char *end = *line == '"' ? strchr(line + 1, '"') : strchr(line, ' ');
    line = end ? end + 1 : line + strlen(line);
    while (*line == ' ')
        line++;
    return line;
}

int main(int count, char **words) {
    STARTUPINFOA start = {sizeof start};
    PROCESS_INFORMATION child;
    DWORD code = 255;
    char *line = behind_word(behind_word(GetCommandLineA()));
    if (count < 3)
        return 250;
    start.dwFlags = STARTF_USESTDHANDLES;
    start.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    start.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
    start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    FreeConsole();
    if (!AllocConsole() || !CreateProcessA(NULL, line, NULL, NULL, TRUE, 0, NULL, NULL, &start, &child)) {
        fprintf(stderr, "cannot start `%s`: %lu\n", line, GetLastError());
        return 251;
    }
    /* Own events are ignored only now: the program would inherit that. */
    SetConsoleCtrlHandler(ignore, TRUE);
    while (GetFileAttributesA(words[1]) == INVALID_FILE_ATTRIBUTES && WaitForSingleObject(child.hProcess, 10) == WAIT_TIMEOUT)
        ;
    if (!GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0))
        fprintf(stderr, "no Ctrl-C: %lu\n", GetLastError());
    WaitForSingleObject(child.hProcess, INFINITE);
    GetExitCodeProcess(child.hProcess, &code);
    return code;
}
