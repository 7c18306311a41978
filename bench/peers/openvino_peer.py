"""OpenVINO: inference only. Its own default for a processor with bfloat16 is bfloat16, so that the precision is always named."""

from serve import THREADS, serve

import openvino
from onnx_networks import build


def prepare(work):
    model, parameters, x = build(work)
    core = openvino.Core()
    wanted = {
        "INFERENCE_NUM_THREADS": THREADS,
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "bf16" if work.get("precision") == "bfloat16" else "f32",
    }
    compiled = core.compile_model(core.read_model(model), "CPU", wanted)
    request = compiled.create_infer_request()
    version = openvino.__version__.split("-")[0]
    return lambda: request.infer({0: x}), {"parameters": parameters, "version": version}


serve(prepare)
