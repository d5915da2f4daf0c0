"""The samples jupyter_kernel_test runs against the real kernel.

SONGSONG_KERNEL names the kernelspec. Run by kernel/kernel_test.go.
"""

import os
import unittest

import jupyter_kernel_test

KERNEL = os.environ["SONGSONG_KERNEL"]
jupyter_kernel_test.TIMEOUT = 60  # the first cell compiles the executor


class GoTests(jupyter_kernel_test.KernelTests):
    kernel_name = KERNEL
    language_name = "go"
    file_extension = ".go"

    code_hello_world = 'import "fmt"\nfmt.Println("hello, world")'
    code_stderr = 'fmt.Fprintln(os.Stderr, "to standard error")'
    code_generate_error = 'panic("on purpose")'
    code_page_something = "%doc strings.ToUpper"
    code_clear_output = "display.Clear(false)"
    code_inspect_sample = "strings.ToUpper"

    completion_samples = [
        {"text": "strings.ToUppe", "matches": {"ToUpper", "ToUpperSpecial"}},
        {"text": "strings.TrimPref", "matches": {"TrimPrefix"}},
        {"text": "zzznothing"},
    ]
    complete_code_samples = ["1", "x := 1", "func f() int {\n\treturn 1\n}", 'fmt.Println("a")', "// a comment", ""]
    incomplete_code_samples = ["func f() {", "x := []int{", "fmt.Println(", "var s = `open", "if true {"]
    invalid_code_samples = ["))", "x := ]", 'import "fmt']

    code_execute_result = [
        {"code": "6*7", "result": "42"},
        {"code": 'strings.Repeat("é", 3)'},
        {"code": "[]int{1, 2, 3}"},
    ]
    code_display_data = [
        {"code": 'display.Show(display.HTML("<b>bold</b>"))', "mime": "text/html"},
        {"code": 'display.Show(display.Markdown("*text*"))', "mime": "text/markdown"},
    ]

    code_history_pattern = "6?7"
    supported_history_operations = ("tail", "range", "search")


class GoWelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = KERNEL
    support_iopub_welcome = True


del jupyter_kernel_test.KernelTests, jupyter_kernel_test.IopubWelcomeTests

if __name__ == "__main__":
    unittest.main(verbosity=2)
