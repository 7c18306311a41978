"""Networks of torchvision and timm as their users build them, without classifier, for bench/backbones."""

import torch
from torch import nn


class Features(nn.Module):
    """[batch, 3, size, size] to pooled features, or with `classes` to logits of a new head."""

    def __init__(self, library, name, classes=None):
        super().__init__()
        self.name = name
        if library == "timm":
            import timm

            self.body = timm.create_model(name, pretrained=False, num_classes=0)
        else:
            import torchvision

            extra = {"aux_logits": False, "init_weights": False} if name == "inception_v3" else {}
            body = torchvision.models.get_model(name, weights=None, **extra)
            if hasattr(body, "features"):
                # with the pooling, and for ConvNeXt the normalization behind it
                parts = [body.features, *([nn.ReLU()] if "densenet" in name else []), nn.AdaptiveAvgPool2d(1)]
                body = nn.Sequential(*parts, *([body.classifier[0]] if "convnext" in name else []), nn.Flatten())
            else:
                body.fc = nn.Identity()
            self.body = body
        self.eval()
        with torch.inference_mode():
            count = self.body(torch.zeros(1, 3, 96, 96)).shape[1]
        self.head = nn.Sequential(nn.Dropout(0.2), nn.Linear(count, classes)) if classes else nn.Identity()

    def forward(self, x):
        return self.head(self.body(x))
