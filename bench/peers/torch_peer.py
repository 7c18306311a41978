"""PyTorch, in the memory layout channels_last, which is the faster of its two layouts.

BENCH_DEVICE=cuda computes on a GPU: the batch comes from pinned memory of the host, as from a data loader, and
float32 work may use TensorFloat-32, as TensorFlow does by default.
"""

import atexit
import os
import shutil
import tempfile

from serve import THREADS, serve

import torch
from networks import NETWORKS, same_padding
from torch import nn
from torch._inductor import config as inductor
from torch.nn import functional as F

DEVICE = os.environ.get("BENCH_DEVICE", "cpu")
torch.set_num_threads(THREADS)
if DEVICE == "cuda":
    torch.backends.cuda.matmul.allow_tf32 = True
    torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True


class ChannelNorm(nn.LayerNorm):
    """Over the channels of each pixel, which lie side by side in channels_last."""

    def forward(self, x):
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Scale(nn.Module):
    """A learned factor for each channel."""

    def __init__(self, channels):
        super().__init__()
        self.factors = nn.Parameter(torch.full((channels, 1, 1), 1e-6))

    def forward(self, x):
        return x * self.factors


class Network(nn.Module):
    """Records the builder's calls as steps, and keeps track of the sides, which padding needs."""

    def __init__(self, name, size, classes=None):
        super().__init__()
        self.modules_ = nn.ModuleList()
        self.steps = []
        self.sides = [size]
        self.channels = [3]
        last = NETWORKS[name](self, 0)
        self.last = last
        self.head = nn.Sequential(nn.Dropout(0.2), nn.Linear(self.channels[last], classes)) if classes else None

    def _step(self, fn, inputs, side, channels):
        self.steps.append((fn, inputs))
        self.sides.append(side)
        self.channels.append(channels)
        return len(self.steps)

    def _module(self, module, x, side, channels):
        self.modules_.append(module)
        return self._step(module, [x], side, channels)

    def _padded(self, x, kernel, stride, value=0.0):
        """Symmetric padding is done by the convolution itself; other padding needs a step before it."""
        before, after = same_padding(self.sides[x], kernel, stride)
        if before == after:
            return x, before
        x = self._step(lambda t: F.pad(t, (before, after, before, after), value=value), [x], self.sides[x], self.channels[x])
        return x, 0

    def conv(self, x, filters, kernel, stride, name, bias=False, groups=1):
        side = -(-self.sides[x] // stride)
        x, padding = self._padded(x, kernel, stride)
        module = nn.Conv2d(self.channels[x], filters, kernel, stride, padding, bias=bias, groups=groups)
        return self._module(module, x, side, filters)

    def depthwise(self, x, kernel, stride, name, bias=False):
        return self.conv(x, self.channels[x], kernel, stride, name, bias, groups=self.channels[x])

    def norm(self, x, name):
        return self._module(nn.BatchNorm2d(self.channels[x], eps=1e-3), x, self.sides[x], self.channels[x])

    def layer_norm(self, x, name):
        return self._module(ChannelNorm(self.channels[x], eps=1e-6), x, self.sides[x], self.channels[x])

    def gelu(self, x):
        return self._module(nn.GELU(), x, self.sides[x], self.channels[x])

    def scale(self, x, name):
        return self._module(Scale(self.channels[x]), x, self.sides[x], self.channels[x])

    def concat(self, x, y):
        return self._step(lambda *parts: torch.cat(parts, 1), [x, y], self.sides[x], self.channels[x] + self.channels[y])

    def average_pool(self, x, size, stride):
        return self._module(nn.AvgPool2d(size, stride), x, self.sides[x] // stride, self.channels[x])

    def relu(self, x):
        return self._module(nn.ReLU(inplace=True), x, self.sides[x], self.channels[x])

    def relu6(self, x):
        return self._module(nn.ReLU6(inplace=True), x, self.sides[x], self.channels[x])

    def add(self, x, y):
        return self._step(torch.add, [x, y], self.sides[x], self.channels[x])

    def max_pool(self, x, size, stride):
        side = -(-self.sides[x] // stride)
        x, padding = self._padded(x, size, stride, value=-torch.inf)
        return self._module(nn.MaxPool2d(size, stride, padding), x, side, self.channels[x])

    def forward(self, x):
        values = [x]
        for fn, inputs in self.steps:
            values.append(fn(*(values[i] for i in inputs)))
        pooled = values[self.last].mean((2, 3))
        return self.head(pooled) if self.head else pooled


class Photos(torch.utils.data.Dataset):
    """The usual preprocessing of photos: resize the shorter side to 8/7 of the size with anti-aliasing, then crop the centre."""

    def __init__(self, files, size):
        from torchvision.transforms import InterpolationMode, v2

        resize = v2.Resize(round(size / 0.875), interpolation=InterpolationMode.BICUBIC, antialias=True)
        self.files = files
        self.transform = v2.Compose([resize, v2.CenterCrop(size)])

    def __len__(self):
        return len(self.files)

    def __getitem__(self, i):
        from torchvision.io import ImageReadMode, decode_jpeg, read_file

        return self.transform(decode_jpeg(read_file(self.files[i]), mode=ImageReadMode.RGB))


def prepare_decoding(work):
    import torchvision

    photos = Photos(work["files"], work["size"])
    # as many processes as the other frameworks have threads; they are kept from run to run
    loader = torch.utils.data.DataLoader(photos, work["batch"], num_workers=THREADS, persistent_workers=True)
    return lambda: sum(len(batch) for batch in loader), {"version": torchvision.__version__}


def build(name, size, classes=None):
    """A network of `networks.py`, or one of a library: 'torchvision/resnet50'."""
    if "/" not in name:
        return Network(name, size, classes)
    from library_networks import Features

    return Features(*name.split("/"), classes)


def prepare_loading(work):
    """Build a network and give it the weights of a file."""
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = os.path.join(folder, "weights.pth")
    torch.save(build(work["network"], work["size"]).state_dict(), file)

    def load():
        model = build(work["network"], work["size"])
        model.load_state_dict(torch.load(file, weights_only=True))

    return load, {"version": torch.__version__}


def prepare(work):
    if work["kind"] == "decode":
        return prepare_decoding(work)
    if work["kind"] == "load":
        return prepare_loading(work)
    shape = (work["batch"], 3, work["size"], work["size"])
    images = torch.rand(shape).mul(2).sub(1).contiguous(memory_format=torch.channels_last)
    if DEVICE == "cuda":
        images = images.pin_memory()
    model = build(work["network"], work["size"], work.get("classes")).to(DEVICE, memory_format=torch.channels_last)
    told = {"parameters": sum(p.numel() for p in model.state_dict().values() if p.dim() > 0), "version": torch.__version__}
    # else it compiles a network that it knows with another batch for batches of any size, which is slower
    torch.compiler.reset()
    if work.get("compiled") and work["kind"] == "forward" and DEVICE == "cpu":
        # weights that never change are folded into the convolutions, and laid out once as these want them
        inductor.freezing = True
    run = torch.compile(model) if work.get("compiled") else model
    lower = torch.autocast(DEVICE, torch.bfloat16, enabled=work.get("precision") == "bfloat16")
    if work["kind"] == "forward":
        model.eval()

        def forward():
            with torch.inference_mode(), lower:
                return run(images.to(DEVICE, non_blocking=True)).float().cpu().numpy()

        return forward, told
    for module in model.modules():
        module.train(not isinstance(module, nn.BatchNorm2d))
        if isinstance(module, nn.BatchNorm2d):
            module.eval().requires_grad_(False)
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=1e-4)
    y = torch.randint(work["classes"], (work["batch"],)).to(DEVICE)

    def step():
        optimizer.zero_grad(set_to_none=True)
        with lower:
            loss = F.cross_entropy(run(images.to(DEVICE, non_blocking=True)), y)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step, told


serve(prepare)
