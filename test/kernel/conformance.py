"""The Jupyter protocol's conformance suite (PyPI: jupyter_kernel_test), for the kernel named tslab."""

import os
import unittest

import jupyter_kernel_test
from jupyter_client.manager import start_new_kernel

# an emulated processor needs more
SECONDS = int(os.environ.get("TUNEBOOK_CONFORMANCE_SECONDS", "60"))
jupyter_kernel_test.TIMEOUT = max(jupyter_kernel_test.TIMEOUT, SECONDS / 4)


class TslabTests(jupyter_kernel_test.KernelTests):
    @classmethod
    def setUpClass(cls):
        cls.km, cls.kc = start_new_kernel(kernel_name=cls.kernel_name, startup_timeout=SECONDS)

    kernel_name = "tslab"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('oh no')"
    completion_samples = [
        {"text": "Math.sqr", "matches": {"sqrt", "SQRT1_2", "SQRT2"}},
        {"text": "[].forEa", "matches": {"forEach"}},
    ]
    complete_code_samples = ["1", "const a: number = 1;", "function f(x: number) {\n  return x;\n}"]
    incomplete_code_samples = ["function f() {", "const a = [1,", "if (true) {\n  f("]
    invalid_code_samples = ["const const = 1;", "let 3 = a"]
    code_generate_error = "throw new Error('on purpose')"
    code_execute_result = [
        {"code": "1 + 2 + 3", "result": "6"},
        {"code": "['a', 'b'].join('-')", "result": "a-b"},
        {
            "code": "({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<b>b</b>', 'text/plain': 'b' }) })",
            "mime": "text/html",
            "result": "<b>b</b>",
        },
    ]
    code_display_data = [
        {"code": "import { display } from 'tslab'; display.html('<b>test</b>')", "mime": "text/html"},
        {"code": "display.svg('<svg></svg>')", "mime": "image/svg+xml"},
    ]
    code_page_something = "?Math.sqrt"
    code_history_pattern = "1 ? 2*3"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Math.sqrt"
    code_clear_output = "console.clear()"


if __name__ == "__main__":
    unittest.main(verbosity=2)
