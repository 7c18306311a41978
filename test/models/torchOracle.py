"""The oracle for networks of PyTorch's libraries: torchvision's and timm's own, with weights by a formula.

    python test/models/torchOracle.py FOLDER [NAME ...]

NAME is 'timm/resnet50' or 'torchvision/resnet50', also with '@96' for the side of the picture, and with '*0.9' for a factor of the
kernels, for networks so deep that their activations grow until float32 and float64 differ. For each, FOLDER gets a JSON file with the
names and shapes of its tensors, the parameter count, and what the network makes of one picture, also a formula: logits and
pooled features. The weights are not written: `torchNetworks.ts` computes the same numbers. With 'train/' before the name it
also has the losses of five training steps: of a head on frozen features, of the last stage and the head, and of all layers.
Needs torch 2.15, torchvision 0.29 and timm 1.0.31 from PyPI: they are not installed for tests.
"""

import json
import os
import sys
import zlib

import numpy as np
import torch

FORMULA_CLASSES = 4
# features of these are large with such weights, and their losses grow at 1e-2
RATES = {"resnet": 2e-5, "mobilenetv4": 2e-5, "regnety": 1e-4, "inception": 1e-3}


def uniform(name, count):
    """Numbers from -1 to 1 that depend on the name, with a variance of 1/3: the same in JavaScript, bit for bit."""
    with np.errstate(over="ignore"):
        x = np.arange(count, dtype=np.uint32) * np.uint32(2654435761) + np.uint32(zlib.crc32(name.encode()))
        x = (x ^ (x >> np.uint32(16))) * np.uint32(2246822507)
        x = (x ^ (x >> np.uint32(13))) * np.uint32(3266489909)
        x = x ^ (x >> np.uint32(16))
    return (x.astype(np.float64) / 2147483648.0 - 1.0)


def formula(name, shape, gain):
    """Weights under which activations neither vanish nor grow: He et al. 2015 for kernels, times a gain."""
    count = int(np.prod(shape))
    u = uniform(name, count)
    last = name.split(".")[-1]
    if last == "running_var":
        u = 1 + 0.3 * u
    elif last == "running_mean":
        u = 0.1 * u
    elif last == "bias" or (last == "beta"):
        u = 0.1 * u
    elif len(shape) < 2 or min(shape[1:], default=1) == 0 or count == max(shape):
        u = 0.5 + 0.3 * u if last in ("gamma", "layer_scale") else 1 + 0.3 * u
    else:
        u = u * np.sqrt(3 * 2 / max(1, count // shape[0])) * gain
    return u.astype(np.float32).reshape(shape)


def picture(size, batch=1):
    """[batch, 3, size, size] of about -1 to 1."""
    i = np.arange(batch * size * size * 3, dtype=np.float64)
    values = (np.sin(i / 97) + np.cos(i / 1013) + 0.5 * np.sin(i * i / 7919)) / 2
    return torch.tensor(values.astype(np.float32).reshape(batch, size, size, 3)).permute(0, 3, 1, 2).contiguous()


def build(library, name):
    if library == "timm":
        import timm

        return timm.create_model(name, pretrained=False)
    import torchvision

    extra = {"aux_logits": True, "init_weights": False} if name == "inception_v3" else {}
    return torchvision.models.get_model(name, weights=None, **extra)


def features_of(library, name, model, x):
    """Pooled features before the classifier; for ConvNeXt after its last normalization."""
    if "convnext" in name and library == "timm":
        return model.forward_head(model.forward_features(x), pre_logits=True)
    if library == "timm":
        return model.forward_features(x).mean((2, 3))
    if "convnext" in name:
        return model.classifier[:2](model.avgpool(model.features(x)))[:, :]
    if name == "densenet" or "densenet" in name:
        return torch.relu(model.features(x)).mean((2, 3))
    if hasattr(model, "features"):
        return model.features(x).mean((2, 3))
    kept = {}
    pool = model.avgpool
    handle = pool.register_forward_hook(lambda module, inputs, output: kept.update(x=inputs[0]))
    model(x)
    handle.remove()
    return kept["x"].mean((2, 3))


def losses(library, name, model, size, parts, rate):
    """
    Five steps of gradient descent on 8 pictures with normalization in inference mode, as {part: [loss, ...]}. A part is 'all', the
    beginning of the first name of what is trained with all that follows, or None for the head alone.
    """
    x = picture(size, 8)
    labels = torch.arange(8) % FORMULA_CLASSES
    state = {key: value.clone() for key, value in model.state_dict().items()}
    result = {}
    for part, first in parts.items():
        model.load_state_dict(state)
        model.eval()
        count = features_of(library, name, model, x[:1]).flatten(1).shape[1]
        head = torch.nn.Linear(count, FORMULA_CLASSES)
        with torch.no_grad():
            head.weight.copy_(torch.tensor(uniform("head", FORMULA_CLASSES * count).astype(np.float32).reshape(count, -1).T / np.sqrt(count)))
            head.bias.zero_()
        trained = list(head.parameters())
        wanted = first == "all"
        for key, parameter in model.named_parameters():
            wanted = wanted or (first is not None and key.startswith(first))
            parameter.requires_grad_(wanted)
            trained += [parameter] if wanted else []
        optimizer = torch.optim.SGD(trained, lr=rate)
        result[part] = []
        for _ in range(5):
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(head(features_of(library, name, model, x).flatten(1)), labels)
            loss.backward()
            optimizer.step()
            result[part].append(float(loss.detach()))
    return result


def record(folder, request):
    train = request.startswith("train/")
    path, _, gain = request.removeprefix("train/").partition("*")
    gain = float(gain or 1)
    path, _, size = path.partition("@")
    library, name = path.split("/")
    size = int(size or 64)
    model = build(library, name)
    state = model.state_dict()
    tensors = {key: list(value.shape) for key, value in state.items() if value.is_floating_point()}
    model.load_state_dict({key: torch.tensor(formula(key, tensors[key], gain)) if key in tensors else value for key, value in state.items()})
    model.eval()
    # inception's second classifier is used in training only
    tensors = {key: shape for key, shape in tensors.items() if not key.startswith("AuxLogits")}
    with torch.no_grad():
        logits = model(picture(size)).flatten()
        features = features_of(library, name, model, picture(size)).flatten()
    answer = {
        "library": library,
        "name": name,
        "size": size,
        **({"gain": gain} if gain != 1 else {}),
        "parameters": sum(int(np.prod(shape)) for shape in tensors.values()),
        "tensors": [" ".join([key, *map(str, shape)]) for key, shape in tensors.items()],
        "logits": [float(f"{value:.7g}") for value in logits[::5].tolist()],
        "features": [float(f"{value:.7g}") for value in features[::4].tolist()],
    }
    if train:
        blocks = [key.rsplit(".", 1)[0] for key in tensors]
        last = next(prefix for prefix in ("layer4.", "stages.3.", "features.7", "blocks.5.", "blocks.3.", "features.denseblock4.", "s4.", "Mixed_7") if any(b.startswith(prefix) for b in blocks))
        answer["last"] = last
        answer["rate"] = next((rate for part, rate in RATES.items() if part in name), 1e-2)
        answer["losses"] = losses(library, name, model, size, {"head": None, "all": "all", "last": last}, answer["rate"])
    with open(os.path.join(folder, f"{library}-{name}.json"), "w") as file:
        json.dump(answer, file, indent=0)
        file.write("\n")
    print(request, answer["parameters"], float(logits.abs().max()), float(features.abs().max()), answer.get("losses"), flush=True)


torch.set_num_threads(2)
for request in sys.argv[2:]:
    record(sys.argv[1], request)
