"""Does a convolutional network learn as well in bfloat16? Real pictures, three seeds, the same rows in the same order.

    python -m bench.precision             the pictures of the template, the balanced preset, 6 epochs
    python -m bench.precision --epochs 3

Prints the best validation accuracy of each seed in float32 and in bfloat16; validation itself is float32 in
both, as it is in a run. What it says decides `ACCURATE` in `bench/speed.py`. Where the processor has no
bfloat16 it says the same about accuracy, only slowly.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.road import core
from core.dataset.samples import template
from core.training.backend import ROOT, EngineSettings, import_keras, worker_environment

SEEDS = (0, 1, 2)


def learn(dataset_id: str, epochs: int) -> None:
    """Train in both precisions with each seed, in this process."""
    import_keras()
    logging.getLogger("tensorflow").setLevel(logging.ERROR)  # it finds six networks in one process suspicious
    from core.recipes import make_spec
    from core.runs.run import Run
    from core.training.learn import network_of
    from core.training.material import Material
    from core.training.trainer.tensorflow_trainer import TensorFlowTrainer
    from core.workspace import Workspace

    workspace = Workspace.local()
    info = workspace.dataset(dataset_id).info
    best: dict[str, list[float]] = {"float32": [], "bfloat16": []}
    for seed in SEEDS:
        run = Run.create(workspace.runs_folder, make_spec(info, recipe="cnn", seed=seed))
        material = Material.of(run)
        lesson = material.lesson()
        for precision, found in best.items():
            trainer = TensorFlowTrainer(network_of(material), lesson, run.spec, EngineSettings(precision))  # type: ignore[arg-type]
            judged, start = [], time.process_time()
            for epoch in range(1, epochs + 1):
                trainer.start_epoch(epoch)
                while trainer.advance(1000):
                    pass
                numbers = trainer.validate()
                judged.append(numbers.metric if numbers and numbers.metric is not None else 0.0)
            found.append(max(judged))
            print(f"seed {seed}  {precision:8}  best validation accuracy {found[-1]:.4f}   {time.process_time() - start:.0f} s of processor", flush=True)
    means = {precision: statistics.mean(found) for precision, found in best.items()}
    print(f"mean: float32 {means['float32']:.4f}, bfloat16 {means['bfloat16']:.4f}, difference {means['bfloat16'] - means['float32']:+.4f}; {len(lesson.val_y)} validation rows")


def main(words: list[str]) -> int:
    """Train in a process of its own on TensorFlow."""
    parser = argparse.ArgumentParser(prog="python -m bench.precision", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--epochs", type=int, default=6, help="of each training (default 6)")
    parser.add_argument("--inside", default="", help=argparse.SUPPRESS)
    chosen = parser.parse_args(words)
    if chosen.inside:
        learn(chosen.inside, chosen.epochs)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        pictures = template("fashion")
        dataset = core(Path(folder), "ingest", str(pictures.file), "--target", pictures.target)["dataset"]
        command = [sys.executable, "-m", "bench.precision", "--inside", dataset, "--epochs", str(chosen.epochs)]
        return subprocess.run(command, cwd=ROOT, env=worker_environment("tensorflow", Path(folder), gpu=False), check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
