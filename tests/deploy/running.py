"""What tests of deploy/ need of the world: commands that must succeed, a broker on loopback, a newsfeedd on it."""
import os
import pathlib
import re
import signal
import subprocess
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "config/samples"


def run(*command, **more):
    """Standard output; an exit code other than 0 is a failure, with what it said."""
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **more)
    if done.returncode != 0:
        raise AssertionError("%s: exit code %d\n%s" % (command, done.returncode, done.stderr[-4000:]))
    return done.stdout


def within(seconds, what, answer):
    """Until answer() is true. The seconds are a bound, no measure: how long it takes is no matter of these tests."""
    end = time.monotonic() + seconds
    while True:
        got = answer()
        if got:
            return got
        if time.monotonic() > end:
            raise AssertionError("not within %d s: %s" % (seconds, what))
        time.sleep(0.2)


class Broker:
    """Apache Kafka in a folder of its own; `properties` are added to those of deploy/kafka."""

    def __init__(self, folder, properties=""):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        extra = self.folder / "extra.properties"
        extra.write_text(properties)
        run(ROOT / "deploy/kafka/broker", "start", self.folder, "0", env=dict(os.environ, KAFKA_EXTRA=str(extra)))
        self.bootstrap = "127.0.0.1:" + (self.folder / "port").read_text().strip()

    def kill(self):
        run(ROOT / "deploy/kafka/broker", "kill", self.folder)


def produce(newsfeedd, config, *inputs):
    """Sends files to the first input topic; the number of records."""
    sent = subprocess.run([newsfeedd, "produce", "-c", config, "--timestamps", "published", *inputs],
                          capture_output=True, text=True, check=True).stderr
    return int(re.search(r"(\d+) records to", sent).group(1))


class Daemon:
    """`newsfeedd run`, its messages in the file `log`; with `admin.port: 0` its port is found there."""

    def __init__(self, command, log, **more):
        self.log = pathlib.Path(log)
        with open(self.log, "w") as errors:
            self.process = subprocess.Popen([str(c) for c in command], stderr=errors, **more)

    def fail(self, what):
        raise AssertionError("newsfeedd run: %s\n%s" % (what, self.log.read_text()[-4000:]))

    def port(self):
        told = re.search(r'msg="admin listens" .*port=(\d+)', self.log.read_text())
        return told and int(told.group(1))

    def asked(self, path):
        """The body, or None while it cannot be asked or is not well."""
        if self.process.poll() is not None:
            self.fail("exit code %d" % self.process.returncode)
        port = self.port()
        if port is None:
            return None
        try:
            with urllib.request.urlopen("http://127.0.0.1:%d%s" % (port, path)) as answer:
                return answer.read().decode()
        except OSError:
            return None

    def outcomes(self):
        counts = re.findall(r"^newsfeed_records_total\{.*\} (\d+)", self.asked("/metrics") or "", re.MULTILINE)
        return sum(map(int, counts))

    def wait_for(self, records):
        """Until each of them has its outcome."""
        try:
            within(300, "%d outcomes" % records, lambda: self.outcomes() >= records)
        except AssertionError as error:
            self.fail(error)

    def ended(self):
        """The exit code of one that ends by itself."""
        return self.process.wait(300)

    def stop(self):
        """Drains it; must end well."""
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(60) != 0:
            self.fail("exit code %d" % self.process.returncode)

    def kill(self):
        self.process.kill()
        self.process.wait()
