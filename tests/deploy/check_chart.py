#!/usr/bin/env python3
"""Renders the chart for each file of values beside it, and holds the manifests against what they promise.

  tests/deploy/check_chart.py HELM [NEWSFEEDD]     with PyYAML and kubernetes-validate; tests/deploy/test_chart calls it

Values under helm/refused/ must be refused, with the text behind "# refused:". With a built newsfeedd, its own `validate`
reads the rendered configuration and its `--help` knows each option that a pod gives it.
"""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import kubernetes_validate
import yaml

from documents import blocks, commands_within_lines

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CHART = ROOT / "deploy/helm/newsfeed"
RULES = ROOT / "deploy/prometheus/newsfeed.rules.yaml"
VERSIONS = ["1.27", "1.34"]  # the oldest that Chart.yaml takes, and a new one
# A helm that was built from its module believes in a very old cluster.
KUBERNETES = ["--kube-version", VERSIONS[-1]]
CUSTOM = {"ScaledObject", "PodMonitor", "PrometheusRule"}
HELM = ""
NEWSFEEDD = ""


def render(values, *more):
    return subprocess.run([HELM, "template", "feed1", CHART, "--namespace", "news", *KUBERNETES, "--values", values, *more],
                          capture_output=True, text=True)


class Chart:
    """What one file of values gives."""

    def __init__(self, values, *more):
        run = render(values, *more)
        if run.returncode != 0:
            raise AssertionError(run.stderr)
        self.manifests = [m for m in yaml.safe_load_all(run.stdout) if m]
        # As helm merges them: what the chart has, under what is given.
        self.config = yaml.safe_load(self.one("ConfigMap", "config")["data"]["newsfeed.yaml"])

    def of(self, kind):
        return [m for m in self.manifests if m["kind"] == kind]

    def one(self, kind, what=""):
        found = [m for m in self.of(kind) if "helm.sh/hook" not in m["metadata"].get("annotations", {})
                 and (what != "config" or "newsfeed.yaml" in m["data"])]
        assert len(found) == 1, "%s: %d" % (kind, len(found))
        return found[0]

    def sets(self):
        return {s["metadata"]["labels"]["app.kubernetes.io/component"]: s for s in self.of("StatefulSet")}

    def pods(self):
        """(labels, spec) of everything that becomes a pod."""
        for m in self.manifests:
            if m["kind"] in ("StatefulSet", "Job"):
                yield m["spec"]["template"]["metadata"]["labels"], m["spec"]["template"]["spec"]
            elif m["kind"] == "Pod":
                yield m["metadata"]["labels"], m["spec"]


def selects(selector, labels):
    return all(labels.get(k) == v for k, v in selector.get("matchLabels", selector).items())


def args_of(pod):
    return pod["containers"][0]["args"]


def option(pod, name):
    return next((a.split("=", 1)[1] for a in args_of(pod) if a.startswith("--%s=" % name)), None)


ALL = sorted(HERE.glob("helm/*.yaml"))
CHARTS = {}


def chart(path):
    if path not in CHARTS:
        CHARTS[path] = Chart(path)
    return CHARTS[path]


def each(test):
    """A test that is done for each file of values."""
    def of_all(self):
        self.assertTrue(ALL)
        for path in ALL:
            with self.subTest(values=path.name):
                test(self, chart(path))
    return of_all


class EveryFileOfValues(unittest.TestCase):
    def test_is_linted(self):
        for path in ALL:
            with self.subTest(values=path.name):
                run = subprocess.run([HELM, "lint", "--strict", CHART, *KUBERNETES, "--values", path], capture_output=True, text=True)
                self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    @each
    def test_gives_what_kubernetes_takes(self, c):
        for m in c.manifests:
            if m["kind"] in CUSTOM:
                continue
            for version in VERSIONS:
                kubernetes_validate.validate(m, version, strict=True)

    @each
    def test_names_are_unique_and_fit(self, c):
        names = [(m["kind"], m["metadata"]["name"]) for m in c.manifests]
        self.assertEqual(len(set(names)), len(names))
        for _, name in names:
            self.assertLessEqual(len(name), 60)

    @each
    def test_pods_are_restricted(self, c):
        for _, pod in c.pods():
            self.assertIs(pod["automountServiceAccountToken"], False)
            self.assertIs(pod["securityContext"]["runAsNonRoot"], True)
            self.assertEqual(pod["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})
            for shared in ("hostNetwork", "hostPID", "hostIPC"):
                self.assertNotIn(shared, pod)
            for volume in pod["volumes"]:
                self.assertTrue(set(volume) <= {"name", "configMap", "secret", "emptyDir"}, volume)
            for container in pod["containers"] + pod.get("initContainers", []):
                context = container["securityContext"]
                self.assertIs(context["allowPrivilegeEscalation"], False)
                self.assertIs(context["readOnlyRootFilesystem"], True)
                self.assertEqual(context["capabilities"], {"drop": ["ALL"]})
                self.assertNotIn("privileged", context)
                self.assertIn("memory", container["resources"]["limits"])
                self.assertRegex(container["image"], r"(:[^:/]*\d[^:/]*|@sha256:[0-9a-f]{64})$")

    @each
    def test_instances_have_names_that_stay(self, c):
        for labels, pod in c.pods():
            if args_of(pod)[0] != "run":
                continue
            self.assertEqual(option(pod, "instance"), "$(POD_NAME)")
            names = [e for e in pod["containers"][0]["env"] if e["name"] == "POD_NAME"]
            self.assertEqual(names, [{"name": "POD_NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}])

    @each
    def test_every_stage_has_its_pods(self, c):
        roles = [role for s in c.sets().values()
                 for role in (option(s["spec"]["template"]["spec"], "roles") or "prepare,judge,enrich").split(",")]
        chain = c.config.get("pipeline", {}).get("processors") or ["dedup"]
        self.assertEqual(sorted(roles), ["enrich", "judge", "prepare"] if "dedup" in chain else ["prepare"])

    @each
    def test_the_index_fits_when_it_is_full(self, c):
        entries = c.config.get("dedup", {}).get("max_entries", 3_000_000)
        for s in c.sets().values():
            pod = s["spec"]["template"]["spec"]
            if "judge" in (option(pod, "roles") or "judge"):
                limit = pod["containers"][0]["resources"]["limits"]["memory"]
                number, unit = re.fullmatch(r"(\d+)(Mi|Gi)", limit).groups()
                self.assertGreater(int(number) << {"Mi": 20, "Gi": 30}[unit], 1250 * entries + (256 << 20))

    @each
    def test_probes_ask_what_is_theirs(self, c):
        for s in c.sets().values():
            container = s["spec"]["template"]["spec"]["containers"][0]
            port = {p["name"]: p["containerPort"] for p in container["ports"]}["admin"]
            self.assertEqual(port, c.config["admin"]["port"])
            self.assertNotIn(c.config["admin"]["address"], ("127.0.0.1", "localhost", "::1"))
            for probe, path in (("startupProbe", "/livez"), ("livenessProbe", "/livez"), ("readinessProbe", "/readyz")):
                self.assertEqual(container[probe]["httpGet"], {"path": path, "port": "admin"})

    @each
    def test_a_drain_is_waited_for(self, c):
        drain = c.config.get("delivery", {}).get("drain_seconds", 30)
        for s in c.sets().values():
            self.assertGreaterEqual(s["spec"]["template"]["spec"]["terminationGracePeriodSeconds"], drain + 5)

    @each
    def test_selectors_find_their_pods_and_no_others(self, c):
        pods = [labels for labels, _ in c.pods()]
        for s in c.sets().values():
            own = s["spec"]["template"]["metadata"]["labels"]
            self.assertEqual([l for l in pods if selects(s["spec"]["selector"], l)], [own])
            for spread in s["spec"]["template"]["spec"]["topologySpreadConstraints"]:
                self.assertEqual([l for l in pods if selects(spread["labelSelector"], l)], [own])
            self.assertEqual(s["spec"]["serviceName"], c.one("Service")["metadata"]["name"])
        budgets = [[l for l in pods if selects(b["spec"]["selector"], l)] for b in c.of("PodDisruptionBudget")]
        self.assertEqual([len(b) for b in budgets], [1] * len(c.sets()))
        for policy in c.of("NetworkPolicy") + c.of("PodMonitor"):
            selector = policy["spec"].get("podSelector") or policy["spec"]["selector"]
            self.assertEqual([l for l in pods if selects(selector, l)], pods)

    @each
    def test_scaled_sets_have_no_number_of_their_own(self, c):
        scaled = {s["spec"]["scaleTargetRef"]["name"] for s in c.of("ScaledObject") + c.of("HorizontalPodAutoscaler")}
        for component, s in c.sets().items():
            self.assertEqual("replicas" in s["spec"], s["metadata"]["name"] not in scaled)
            if component == "judge":
                self.assertNotIn(s["metadata"]["name"], scaled)

    @staticmethod
    def knows(command, name):
        shown = subprocess.run([NEWSFEEDD, *command, "--help"], capture_output=True, text=True, check=True).stdout
        return re.search(r"%s\b" % re.escape(name), shown)

    @each
    def test_newsfeedd_takes_what_pods_give_it(self, c):
        if not NEWSFEEDD:
            self.skipTest("no newsfeedd given")
        for _, pod in c.pods():
            command = [a for a in args_of(pod) if not a.startswith("-")]
            for a in args_of(pod):
                if a.startswith("--"):
                    self.assertTrue(self.knows(command, a.split("=")[0]), a)
        for m in c.of("ConfigMap"):
            if "newsfeed.yaml" in m["data"]:
                self.validate(m["data"]["newsfeed.yaml"])

    def validate(self, text):
        with tempfile.TemporaryDirectory() as folder:
            secret = pathlib.Path(folder, "password")
            secret.write_text("x")
            path = pathlib.Path(folder, "newsfeed.yaml")
            path.write_text(text.replace("/run/secrets/newsfeed", folder))
            run = subprocess.run([NEWSFEEDD, "validate", path], capture_output=True, text=True)
            self.assertEqual(run.returncode, 0, run.stderr)


class Production(unittest.TestCase):
    def setUp(self):
        self.chart = chart(HERE / "helm/production.yaml")

    def test_keda_asks_the_groups_and_topics_of_the_application(self):
        scaled = self.chart.one("ScaledObject")["spec"]
        self.assertEqual((scaled["minReplicaCount"], scaled["maxReplicaCount"]), (3, 12))
        asked = [(t["metadata"]["consumerGroup"], t["metadata"]["topic"]) for t in scaled["triggers"]]
        self.assertEqual(asked, [("news-prepare", "raw.agency"), ("news-prepare", "raw.web"), ("news-enrich", "news-judged")])
        for trigger in scaled["triggers"]:
            self.assertEqual(trigger["metadata"]["bootstrapServers"], "kafka-1.example:9093,kafka-2.example:9093")
            self.assertEqual(trigger["authenticationRef"], {"name": "newsfeed-kafka"})
            self.assertTrue(all(isinstance(v, str) for v in trigger["metadata"].values()), trigger)

    def test_rules_are_those_of_the_file_but_what_is_left_out(self):
        def alerts(groups):
            return {rule["alert"]: rule for group in groups for rule in group["rules"]}

        wanted = alerts(yaml.safe_load(RULES.read_text())["groups"])
        del wanted["NewsfeedJudgeWithoutStandby"]
        found = alerts(self.chart.one("PrometheusRule")["spec"]["groups"])
        self.assertEqual(sorted(found), sorted(wanted))
        for name, rule in found.items():
            self.assertEqual(rule["expr"], wanted[name]["expr"])
            self.assertEqual(rule["annotations"]["summary"], wanted[name]["annotations"]["summary"])
            self.assertEqual(rule["annotations"]["runbook_url"], "https://wiki.example/newsfeed#" + name.lower())

    def test_the_board_is_that_of_the_file(self):
        board = [m for m in self.chart.of("ConfigMap") if "newsfeed.json" in m["data"]]
        self.assertEqual(len(board), 1)
        self.assertEqual(board[0]["data"]["newsfeed.json"].rstrip(), (ROOT / "deploy/grafana/newsfeed.json").read_text().rstrip())

    def test_prometheus_scrapes_the_port_that_pods_have(self):
        endpoint, = self.chart.one("PodMonitor")["spec"]["podMetricsEndpoints"]
        self.assertEqual((endpoint["port"], endpoint["path"]), ("admin", "/metrics"))
        self.assertEqual(self.chart.one("PodMonitor")["metadata"]["labels"]["release"], "prometheus")

    def test_what_is_given_arrives(self):
        self.assertEqual(self.chart.config["dedup"], {"window_hours": 48})
        self.assertEqual(self.chart.config["internal"], {"replication": 3}, "what is not given stays")
        for _, pod in self.chart.pods():
            self.assertEqual(pod["imagePullSecrets"], [{"name": "registry"}])
            self.assertEqual(pod["nodeSelector"], {"kubernetes.io/arch": "amd64"})
            mounts = {m["name"]: m for m in pod["containers"][0]["volumeMounts"]}
            self.assertEqual(mounts["secrets"]["mountPath"], "/run/secrets/newsfeed")
        judge = self.chart.sets()["judge"]["spec"]["template"]
        self.assertEqual(judge["metadata"]["labels"]["team"], "news")
        self.assertEqual(judge["spec"]["topologySpreadConstraints"][0]["whenUnsatisfiable"], "DoNotSchedule")
        egress = self.chart.one("NetworkPolicy")["spec"]["egress"]
        self.assertEqual(egress[1], {"to": [{"ipBlock": {"cidr": "10.1.0.0/16"}}], "ports": [{"port": 9093, "protocol": "TCP"}]})
        self.assertEqual(egress[2], {"ports": [{"port": 8081, "protocol": "TCP"}]})

    def test_a_changed_configuration_is_a_new_pod(self):
        def sums(c):
            return [s["spec"]["template"]["metadata"]["annotations"]["checksum/config"] for s in c.sets().values()]

        changed = Chart(HERE / "helm/production.yaml", "--set", "config.dedup.window_hours=24")
        self.assertTrue(all(a != b for a, b in zip(sums(self.chart), sums(changed))))
        same = Chart(HERE / "helm/production.yaml", "--set", "workers.replicas=4")
        self.assertEqual(sums(self.chart), sums(same))


class Default(unittest.TestCase):
    def test_two_judges_so_that_one_stands_by(self):
        self.assertEqual(chart(HERE / "helm/default.yaml").sets()["judge"]["spec"]["replicas"], 2)

    def test_needs_nothing_but_kubernetes(self):
        self.assertFalse([m["kind"] for m in chart(HERE / "helm/default.yaml").manifests if m["kind"] in CUSTOM])

    def test_only_monitoring_may_come_in(self):
        rule, = chart(HERE / "helm/default.yaml").one("NetworkPolicy")["spec"]["ingress"]
        self.assertEqual(rule["from"], [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}])


class Small(unittest.TestCase):
    def test_is_not_told_that_it_has_no_standby(self):
        groups = chart(HERE / "helm/small.yaml").one("PrometheusRule")["spec"]["groups"]
        alerts = [rule["alert"] for group in groups for rule in group["rules"]]
        self.assertIn("NewsfeedJudgeWithoutOwner", alerts)
        self.assertNotIn("NewsfeedJudgeWithoutStandby", alerts)


class AsTold(unittest.TestCase):
    """By README.md, deploy/helm/newsfeed/README.md and deploy/RUNBOOK.md."""

    def test_the_command_with_the_values(self):
        documents = ["README.md", "deploy/helm/newsfeed/README.md"]
        told = [c for d in documents for b in blocks(d) for c in b.commands() if c.startswith("helm ")]
        told += [c for _, c in commands_within_lines("deploy/RUNBOOK.md") if c.startswith("helm ")]
        values, = [b.text for b in blocks(documents[1]) if b.language == "yaml"]
        installs = [c.split() for c in told if c.startswith(("helm install ", "helm upgrade "))]
        self.assertEqual(len(installs), 3)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "my-values.yaml")
            path.write_text(values)
            for words in installs:
                # What helm would send to a cluster.
                words = [str(path) if word == path.name else word for word in words[2:]]
                run = subprocess.run([HELM, "template", *words, *KUBERNETES], cwd=ROOT, capture_output=True, text=True)
                self.assertEqual(run.returncode, 0, run.stderr)
        manifests = [m for m in yaml.safe_load_all(run.stdout) if m]
        self.assertEqual(sum(m["kind"] == "StatefulSet" for m in manifests), 2)
        self.assertTrue(any(m["kind"] == "ScaledObject" for m in manifests))
        tests = [m for m in manifests if m["metadata"].get("annotations", {}).get("helm.sh/hook") == "test"]
        for words in [c.split() for c in told if c.startswith("helm test ")]:
            self.assertEqual(words[2], installs[0][2], "another release than was installed")
            self.assertTrue(tests)


class Refused(unittest.TestCase):
    def test_with_a_reason(self):
        files = sorted(HERE.glob("helm/refused/*.yaml"))
        self.assertTrue(files)
        for path in files:
            with self.subTest(values=path.name):
                reason = re.match(r"# refused: (.*)", path.read_text()).group(1)
                run = render(path)
                self.assertNotEqual(run.returncode, 0)
                self.assertIn(reason, run.stderr)


if __name__ == "__main__":
    HELM = sys.argv[1]
    NEWSFEEDD = sys.argv[2] if len(sys.argv) > 2 else ""
    unittest.main(argv=sys.argv[:1])
