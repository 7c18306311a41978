"""ONNX Runtime: inference only."""

from serve import THREADS, serve

import onnxruntime
from onnx_networks import build


def prepare(work):
    model, parameters, x = build(work)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    options.log_severity_level = 3
    # threads that wait for the next call must not slow down the other frameworks
    options.add_session_config_entry("session.force_spinning_stop", "1")
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {"input": x}), {"parameters": parameters, "version": onnxruntime.__version__}


serve(prepare)
