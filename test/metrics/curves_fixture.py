"""Writes curves_fixture.json: ROC, precision-recall, calibration, temperature and label issues computed by scikit-learn, SciPy
and cleanlab.

Run with scikit-learn 1.9 and cleanlab 2.9: python test/metrics/curves_fixture.py, then: npm run fix
"""

import json
import math
import pathlib
import warnings

import cleanlab
import numpy
import sklearn
from cleanlab.filter import find_label_issues
from scipy.optimize import brentq, minimize_scalar
from scipy.special import log_softmax, softmax
from scipy.stats import norm
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    average_precision_score,
    brier_score_loss,
    log_loss,
    precision_recall_curve,
    precision_recall_fscore_support,
    accuracy_score,
    roc_auc_score,
    roc_curve,
)

warnings.filterwarnings("ignore")
random = numpy.random.default_rng(11)
Z = norm.ppf(0.975)


def limits(estimate, error):
    """The values whose distance from the estimate is at most Z times their own standard error; at 0 and 1 the error is 0."""
    low = 0 if estimate == 0 else brentq(lambda a: a + Z * error(a) - estimate, 1e-9, estimate - 1e-9, xtol=1e-14)
    high = 1 if estimate == 1 else brentq(lambda a: a - Z * error(a) - estimate, estimate + 1e-9, 1 - 1e-9, xtol=1e-14)
    return low, high


def newcombe(area, m, n):
    size = (m + n) / 2 - 1
    return limits(area, lambda a: math.sqrt(a * (1 - a) * (1 + size * (1 - a) / (2 - a) + size * a / (1 + a)) / (m * n)))


def asked(metric, labels, scores):
    """scikit-learn's result: a number (None for NaN), and the names of its warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        value = metric(labels, scores)
    return {
        "value": None if math.isnan(value) else value,
        "warnings": sorted({warning.category.__name__ for warning in caught}),
    }


def binary(title, labels, scores):
    labels, scores = numpy.asarray(labels), numpy.asarray(scores, float)
    positives = int(labels.sum())
    negatives = len(labels) - positives
    result = {
        "title": title,
        "labels": labels.tolist(),
        "scores": scores.tolist(),
        "areas": {
            "roc": asked(roc_auc_score, labels, scores),
            "precisionRecall": asked(average_precision_score, labels, scores),
        },
    }
    if positives and negatives:
        false, true, thresholds = roc_curve(labels, scores, drop_intermediate=False)
        area = roc_auc_score(labels, scores)
        result["roc"] = {
            "falsePositiveRate": false.tolist(),
            "truePositiveRate": true.tolist(),
            "thresholds": thresholds[1:].tolist(),
            "area": area,
            "interval": newcombe(area, positives, negatives),
        }
    if positives:
        precision, recall, thresholds = precision_recall_curve(labels, scores)
        mean = average_precision_score(labels, scores)
        result["precisionRecall"] = {
            "precision": precision[:-1][::-1].tolist(),
            "recall": recall[:-1][::-1].tolist(),
            "thresholds": thresholds[::-1].tolist(),
            "averagePrecision": mean,
            "interval": limits(mean, lambda a: math.sqrt(a * (1 - a) / positives)),
        }
    cuts = []
    for threshold in sorted(set(scores), reverse=True):
        predicted = (scores >= threshold).astype(int)
        precision, recall, f1, _ = precision_recall_fscore_support(
            labels, predicted, labels=[0, 1], average=None, zero_division=0
        )
        cuts.append([precision[1], recall[1], f1[1], recall[0], accuracy_score(labels, predicted)])
    result["cuts"] = cuts
    return result


def scored(examples, rate, shift, digits=6):
    labels = (random.random(examples) < rate).astype(int)
    return labels, (random.normal(size=examples) + shift * labels).round(digits)


def calibrated(title, examples, classes, sharpness, bins=10):
    """Labels drawn from softmax(logits); the evaluated probabilities are softmax(sharpness x logits)."""
    logits = random.normal(size=(examples, classes)) * 2
    labels = numpy.array([random.choice(classes, p=row) for row in softmax(logits, axis=1)])
    logits = (sharpness * logits).round(5)
    probabilities = softmax(logits, axis=1)
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    accuracy, mean = calibration_curve(right, confidence, n_bins=bins)
    counts = numpy.bincount(
        numpy.searchsorted(numpy.linspace(0, 1, bins + 1)[1:-1], confidence), minlength=bins
    )
    filled = counts[counts > 0]
    fit = minimize_scalar(
        lambda t: -numpy.mean(log_softmax(logits / t, axis=1)[range(examples), labels]),
        bounds=(0.02, 50),
        method="bounded",
        options={"xatol": 1e-10},
    )
    return {
        "title": title,
        "labels": labels.tolist(),
        "logits": logits.tolist(),
        "bins": bins,
        "counts": counts.tolist(),
        "accuracy": accuracy.tolist(),
        "confidence": mean.tolist(),
        "error": float(numpy.sum(filled * abs(accuracy - mean)) / examples),
        "largest": float(abs(accuracy - mean).max()),
        "logLoss": log_loss(labels, probabilities, labels=range(classes)),
        "brier": brier_score_loss(labels, probabilities, labels=range(classes), scale_by_half=False)
        if classes > 2
        else float(numpy.mean(numpy.sum((probabilities - numpy.eye(classes)[labels]) ** 2, axis=1))),
        "temperature": fit.x,
        "logLossAt": fit.fun,
    }


def mislabelled(title, examples, classes, noise, left_out=None):
    truth = random.integers(0, classes, examples)
    logits = random.normal(size=(examples, classes)) + 3 * numpy.eye(classes)[truth]
    labels = numpy.where(random.random(examples) < noise, random.integers(0, classes, examples), truth)
    if left_out is not None:
        labels[labels == left_out] = (left_out + 1) % classes
    probabilities = softmax(logits, axis=1).round(6)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    issues = find_label_issues(
        labels, probabilities, filter_by="confident_learning", return_indices_ranked_by="normalized_margin", n_jobs=1
    )
    return {
        "title": title,
        "labels": labels.tolist(),
        "probabilities": probabilities.tolist(),
        "issues": issues.tolist(),
    }


fixture = {
    "versions": {
        "scikit-learn": sklearn.__version__,
        "numpy": numpy.__version__,
        "cleanlab": cleanlab.__version__,
    },
    "binary": [
        binary("60 examples", *scored(60, 0.5, 1.0)),
        binary("80 examples with many ties", *scored(80, 0.4, 1.5, 0)),
        binary("few positives", *scored(90, 0.08, 1.2)),
        binary("worse than guessing", *scored(50, 0.5, -1.0)),
        binary("all scores equal", [0, 1, 1, 0, 1], [0.5] * 5),
        binary("a perfect ranking", [0, 0, 0, 1, 1], [0.1, 0.2, 0.3, 0.8, 0.9]),
        binary("all the wrong way round", [1, 1, 0, 0], [0.1, 0.2, 0.8, 0.9]),
        binary("no positives", [0, 0, 0], [0.1, 0.7, 0.7]),
        binary("no negatives", [1, 1], [0.1, 0.7]),
        binary("one of each", [1, 0], [0.7, 0.2]),
        binary("one example", [1], [0.7]),
    ],
    "calibration": [
        calibrated("honest probabilities", 150, 5, 1.0),
        calibrated("overconfident ones", 150, 3, 3.0),
        calibrated("underconfident ones in 15 bins", 120, 4, 0.4, 15),
        calibrated("two classes", 60, 2, 1.5, 5),
    ],
    "labelIssues": [
        mislabelled("a tenth wrong of 3 classes", 120, 3, 0.15),
        mislabelled("a third wrong of 5 classes", 150, 5, 0.4),
        mislabelled("2 classes", 60, 2, 0.2),
        mislabelled("none wrong", 60, 3, 0.0),
    ],
}


def tidy(value):
    if isinstance(value, dict):
        return {key: tidy(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [tidy(item) for item in value]
    return value if value is None or isinstance(value, (str, int)) else float(f"{float(value):.15g}")


path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(tidy(fixture), separators=(",", ":")) + "\n")
print(path, path.stat().st_size, "bytes")
