"""What the compose file and the manifests refer to is there: files, secrets, settings, and the image's lock.

Whether they run is for ``tests/compose/run`` to say, which needs Docker.
"""

import ast
import importlib.util
import os
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
import yaml

from pipeline.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE, KUBERNETES = ROOT / "docker-compose.yml", ROOT / "deploy" / "kubernetes"
OF_PROVIDERS = {"celery", "celery_broker_transport_options", "kubernetes_executor"}
"""Sections of Airflow's settings that come with what only the image has."""


def compose():
    return yaml.safe_load(COMPOSE.read_text())


def documents():
    return list(yaml.safe_load_all((KUBERNETES / "dateline.yaml").read_text()))


def template():
    return yaml.safe_load((KUBERNETES / "pod-template.yaml").read_text())


def pods():
    """Name and spec of every pod."""
    found = {}
    for one in documents():
        if one["kind"] in ("Deployment", "Job"):
            found[one["metadata"]["name"]] = one["spec"]["template"]["spec"]
    return found | {"task": template()["spec"]}


def containers():
    return [
        (name, one)
        for name, pod in pods().items()
        for one in [*pod.get("initContainers", ()), *pod["containers"]]
    ]


def values(tree, key):
    """Everything that stands under this key, at any depth."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            if name == key:
                yield value
            yield from values(value, key)
    elif isinstance(tree, list):
        for value in tree:
            yield from values(value, key)


def made_secrets(folder):
    """What deploy/kubernetes/make-env writes: the variables of each file."""
    (folder / "make-env").write_bytes((KUBERNETES / "make-env").read_bytes())
    command = ["sh", folder / "make-env", "postgresql://a:b@db/airflow", "postgresql://c:d@db/warehouse"]
    subprocess.run(command, check=True, capture_output=True)
    assert subprocess.run(command, check=False, capture_output=True).returncode != 0, "it wrote over secrets"
    files = sorted((folder / "secrets").iterdir())
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    return {
        f"secrets/{path.name}": dict(line.split("=", 1) for line in path.read_text().splitlines())
        for path in files
    }


@pytest.fixture
def environments(tmp_path):
    """Every ConfigMap and Secret that kustomize makes, with its variables; other files are only named."""
    made = {
        ("ConfigMap", one["metadata"]["name"]): one["data"]
        for one in documents()
        if one["kind"] == "ConfigMap"
    }
    kustomization = yaml.safe_load((KUBERNETES / "kustomization.yaml").read_text())
    secrets = made_secrets(tmp_path)
    for one in kustomization["secretGenerator"]:
        made["Secret", one["name"]] = secrets[one["envs"][0]]
    for one in kustomization["configMapGenerator"]:
        made["ConfigMap", one["name"]] = {file: (KUBERNETES / file).read_text() for file in one["files"]}
    return made


@cache
def airflow_options():
    """Section and option of each of Airflow's own settings, without importing Airflow."""
    folder = Path(importlib.util.find_spec("airflow").submodule_search_locations[0])
    known = yaml.safe_load((folder / "config_templates" / "config.yml").read_text())
    return {(section, option) for section, told in known.items() for option in told["options"]}


def assert_known(variables):
    known = airflow_options()
    for name in variables:
        if name.startswith("AIRFLOW__"):
            section, option = name.removeprefix("AIRFLOW__").lower().split("__")
            assert section in OF_PROVIDERS or (section, option) in known, name
        elif name.startswith("DATELINE_"):
            assert name.removeprefix("DATELINE_").lower() in Settings.model_fields, name


def test_the_image_has_the_versions_of_the_lock():
    def pins(path):
        return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", path.read_text(), re.MULTILINE))

    ours, image = pins(ROOT / "requirements.lock"), pins(ROOT / "deploy" / "requirements.lock")
    assert {"celery", "redis", "apache-airflow-providers-cncf-kubernetes", "setuptools"} <= image.keys()
    assert {name: image[name] for name in image.keys() & ours.keys()} == {
        name: ours[name] for name in image.keys() & ours.keys()
    }
    assert not {"pytest", "mypy", "ruff"} & image.keys()
    assert "--hash=sha256:" in (ROOT / "deploy" / "requirements.lock").read_text()


def test_each_secret_of_the_compose_file_is_generated(tmp_path):
    command = [ROOT / "deploy/compose/make-env", tmp_path / "env"]
    subprocess.run(command, check=True, capture_output=True)
    text = (tmp_path / "env").read_text()
    given = dict(re.findall(r"^([A-Z_]+)=(.*)$", text, re.MULTILINE))
    assert given.keys() == set(re.findall(r"\${([A-Z_]+)", COMPOSE.read_text()))
    secrets = [value for name, value in given.items() if re.search("PASSWORD|KEY|SECRET", name)]
    assert len(secrets) == len(set(secrets)) == 9
    assert min(map(len, secrets)) >= 24
    assert subprocess.run(command, check=False, capture_output=True).returncode == 1
    assert (tmp_path / "env").read_text() == text


def test_the_compose_file_names_settings_and_scripts_that_exist():
    services = compose()["services"]
    assert {
        "metadata",
        "warehouse",
        "redis",
        "init",
        "api-server",
        "scheduler",
        "worker",
        "dag-processor",
        "triggerer",
    } == services.keys()
    assert_known({name for one in services.values() for name in one["environment"]})
    for name, one in services.items():
        assert "healthcheck" in one or name == "init", name
        assert "container_name" not in one, f"{name} could not be scaled"
        for command in (one.get("command", []), one.get("healthcheck", {}).get("test", [])):
            for word in command:
                if word.startswith("deploy/"):
                    assert os.access(ROOT / word, os.X_OK), word


def test_a_task_outlives_neither_its_acknowledgement_nor_a_stop():
    worker = compose()["services"]["worker"]["environment"]
    marts = ast.parse((ROOT / "dags" / "news_marts.py").read_text())
    longest = max(
        call.keywords[0].value.value
        for call in ast.walk(marts)
        if isinstance(call, ast.Call) and [word.arg for word in call.keywords] == ["hours"]
    )
    assert int(worker["AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__VISIBILITY_TIMEOUT"]) > longest * 3600
    assert worker["AIRFLOW__CELERY__TASK_ACKS_LATE"] == "True"


def test_ports_are_on_loopback_alone():
    ports = [port for one in compose()["services"].values() for port in one.get("ports", ())]
    assert len(ports) == 2
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_each_reference_of_a_manifest_is_to_something_that_is_made(environments):
    made = {(one["kind"], one["metadata"]["name"]) for one in documents()}
    assert len(made) == len(documents()), "a name twice"
    # Of the repository's root, which kustomize may not read: deploy/README.md makes it.
    outside = {("ConfigMap", "dateline-sources")}
    for name, pod in pods().items():
        wanted = {
            ("ConfigMap", one["name"]) for one in (*values(pod, "configMapRef"), *values(pod, "configMap"))
        }
        wanted |= {
            ("Secret", one["name"]) for one in (*values(pod, "secretRef"), *values(pod, "secretKeyRef"))
        }
        wanted |= {
            ("PersistentVolumeClaim", one["claimName"]) for one in values(pod, "persistentVolumeClaim")
        }
        wanted |= {("ServiceAccount", one) for one in values(pod, "serviceAccountName")}
        assert wanted <= made | environments.keys() | outside, name
        for one in values(pod, "secretKeyRef"):
            assert one["key"] in environments["Secret", one["name"]]
        volumes = {one["name"] for one in pod["volumes"]}
        assert {one["name"] for mounts in values(pod, "volumeMounts") for one in mounts} == volumes, name
    for one in documents():
        if one["kind"] == "Deployment":
            assert one["spec"]["selector"]["matchLabels"] == one["spec"]["template"]["metadata"]["labels"]
    assert "dateline-sources" in (ROOT / "deploy" / "README.md").read_text()


def test_the_manifests_name_settings_and_scripts_that_exist(environments):
    assert_known({name for made in environments.values() for name in made})
    for name, one in containers():
        for word in one.get("command", []):
            if word.startswith("deploy/"):
                assert os.access(ROOT / word, os.X_OK), (name, word)
    probed = [word for command in values(documents(), "exec") for word in command["command"]]
    assert "deploy/compose/healthy" in probed
    service = next(one for one in documents() if one["kind"] == "Service")
    url = f"http://{service['metadata']['name']}:{service['spec']['ports'][0]['port']}/"
    addresses = re.findall(r"http://dateline[^/]*/", (KUBERNETES / "dateline.yaml").read_text())
    assert len(addresses) >= 3
    assert set(addresses) == {url}


def test_every_pod_runs_as_the_user_of_the_image_with_no_more_than_it_needs(environments):
    user = int(re.search(r"--uid (\d+)", (ROOT / "Dockerfile").read_text()).group(1))
    for name, pod in pods().items():
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["runAsUser"] == user, name
        assert ("serviceAccountName" in pod) is (name == "dateline-scheduler")
        assert pod.get("automountServiceAccountToken", True) is (name == "dateline-scheduler")
    assert len({one["image"] for _, one in containers()}) == 1
    for name, one in containers():
        assert one["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        }, name
        assert {"requests", "limits"} == one["resources"].keys(), name
    (task,) = template()["spec"]["containers"]
    assert task["name"] == "base", "the executor looks for that name"
    given = {
        name
        for source in task["envFrom"]
        for kind, ref in source.items()
        for name in environments["Secret" if kind == "secretRef" else "ConfigMap", ref["name"]]
    }
    assert "DATELINE_WAREHOUSE_URL" in given
    assert not [name for name in given if re.search("SQL_ALCHEMY|FERNET|SECRET|ADMIN", name)]
