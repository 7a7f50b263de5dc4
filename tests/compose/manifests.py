"""``python -m tests.compose.manifests FOLDER``: deploy/kubernetes beside Kubernetes' own models and Airflow's executor.

Runs in the image, which has both. Each document has only fields that the official client's models know, of their
types and with all that they require; and the executor makes a task's pod of the template. Exit status 1: faults,
printed.
"""

import importlib
import sys
from pathlib import Path

import yaml

VERSIONS = {
    "ConfigMap": "v1",
    "Deployment": "apps/v1",
    "Job": "batch/v1",
    "PersistentVolumeClaim": "v1",
    "Pod": "v1",
    "Role": "rbac.authorization.k8s.io/v1",
    "RoleBinding": "rbac.authorization.k8s.io/v1",
    "Service": "v1",
    "ServiceAccount": "v1",
}
PLAIN = {"str": str, "int": int, "bool": bool, "object": (str, int)}


def documents(folder):
    """Every document but kustomize's own."""
    for path in (folder / "dateline.yaml", folder / "pod-template.yaml"):
        yield from yaml.safe_load_all(path.read_text())


def faults(value, model, place):
    """What of ``value`` its model does not know, or knows as something else."""
    if model.startswith("list["):
        if not isinstance(value, list):
            yield f"{place} is no list"
            return
        for number, item in enumerate(value):
            yield from faults(item, model[5:-1], f"{place}[{number}]")
    elif model.startswith("dict["):
        for key, item in value.items():
            yield from faults(item, model[5:-1].partition(", ")[2], f"{place}.{key}")
    elif model in PLAIN:
        if not isinstance(value, PLAIN[model]) or (model == "int" and isinstance(value, bool)):
            yield f"{place} is {value!r} and no {model}"
    else:
        kind = getattr(importlib.import_module("kubernetes.client.models"), model)
        types = {key: kind.openapi_types[name] for name, key in kind.attribute_map.items()}
        for key, item in value.items():
            if key in types:
                yield from faults(item, types[key], f"{place}.{key}")
            else:
                yield f"{place} has no field {key}"


def pod_of_a_task(folder):
    """The pod that the executor would ask for, as it is sent."""
    from airflow.providers.cncf.kubernetes.pod_generator import PodGenerator

    pod = PodGenerator.construct_pod(
        dag_id="news_hourly",
        task_id="ingest",
        pod_id="news-hourly-ingest",
        try_number=1,
        kube_image=None,
        date=None,
        args=["python", "-m", "airflow.sdk.execution_time.execute_workload", "--json-string", "{}"],
        pod_override_object=None,
        base_worker_pod=PodGenerator.deserialize_model_file(str(folder / "pod-template.yaml")),
        namespace="news",
        scheduler_job_id="1",
        run_id="scheduled__2026-11-25T10:00:00+00:00",
        map_index=2,
    )
    return PodGenerator.serialize_pod(pod)


def main(folder):
    from kubernetes.client import ApiClient, Configuration

    wrong, seen = [], []
    for one in documents(folder):
        place = f"{one['kind']} {one['metadata'].get('name')}"
        seen.append(place)
        if VERSIONS[one["kind"]] != one["apiVersion"]:
            wrong.append(f"{place} is of {one['apiVersion']}")
        wrong += faults(one, f"V1{one['kind']}", place)
        try:
            ApiClient(Configuration())._ApiClient__deserialize(one, f"V1{one['kind']}")
        except ValueError as missing:
            wrong.append(f"{place}: {missing}")
    pod = pod_of_a_task(folder)
    (container,) = pod["spec"]["containers"]
    wrong += [
        f"a task's pod has no {name}"
        for name in ("args", "image", "envFrom", "volumeMounts")
        if not container.get(name)
    ]
    wrong += faults(pod, "V1Pod", "a task's pod")
    print(f"{len(seen)} documents and a task's pod, {len(wrong)} faults")
    print(*wrong, sep="\n", end="", file=sys.stderr)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
