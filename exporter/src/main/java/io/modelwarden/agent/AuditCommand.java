// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import io.modelwarden.audit.AuditServer;
import io.modelwarden.audit.AuditSettings;
import io.modelwarden.config.ConfigurationException;
import io.modelwarden.config.Endpoint;
import io.modelwarden.telemetry.AuditTelemetry;
import io.modelwarden.telemetry.HostIdentity;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Receives audit events until it is told to end. */
@Command(
    name = "audit",
    description = {
      "Receive the audit webhook of a Kubernetes API server until SIGTERM, and export who entered",
      "which pod (exec, attach, port-forward, ephemeral containers) as OTLP log events.",
      "Needs neither root nor anything of the kernel. See docs/audit.md."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Exit codes: 0 good, 1 wrong arguments or files, 3 anything else.",
      "",
      "Example:",
      "  modelwarden audit --listen 0.0.0.0:8443 --tls-certificate tls.crt --tls-key tls.key \\",
      "    --client-ca ca.crt --cluster-name production"
    })
final class AuditCommand implements Callable<Integer> {

  private static final Logger logger = Logger.getLogger(AuditCommand.class.getName());
  private static final int STOP_SECONDS = 5;

  @Option(
      names = "--listen",
      paramLabel = "ADDRESS:PORT",
      description = "Where the API server posts to (default: 127.0.0.1:8443).",
      defaultValue = "127.0.0.1:8443")
  String listen;

  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description = "Certificate of this server in PEM, with its chain. Plain HTTP without it.")
  @Nullable Path certificate;

  @Option(names = "--tls-key", paramLabel = "FILE", description = "Its private key in PEM.")
  @Nullable Path key;

  @Option(
      names = "--client-ca",
      paramLabel = "FILE",
      description = "Demand a certificate that one of these authorities (PEM) has signed.")
  @Nullable Path clientAuthority;

  @Option(
      names = "--commands",
      description = "Export commands as well, without what looks like a secret.")
  boolean commands;

  @Option(
      names = "--cluster-name",
      paramLabel = "NAME",
      description = "k8s.cluster.name of the events.",
      defaultValue = "")
  String clusterName;

  private final CountDownLatch told = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);

  @Override
  public Integer call() throws InterruptedException {
    AuditSettings settings =
        new AuditSettings(endpoint(), certificate, key, clientAuthority, commands);
    HostIdentity host = HostIdentity.detect().in(clusterName);
    AuditServer server = AuditServer.bind(settings);
    try (AuditTelemetry telemetry = AuditTelemetry.start(VersionCommand.VERSION, host);
        server) {
      Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "modelwarden-stop"));
      telemetry.observe(server.counts());
      server.serve(telemetry);
      sayWhere(server.port());
      told.await();
    }
    stopped.countDown();
    return ExitCode.GOOD;
  }

  private Endpoint endpoint() {
    try {
      return Endpoint.parse(listen);
    } catch (IllegalArgumentException wrong) {
      throw new ConfigurationException("--listen: '" + listen + "' " + wrong.getMessage());
    }
  }

  private void sayWhere(int port) {
    String scheme = certificate == null ? "HTTP" : "HTTPS";
    logger.log(
        Level.INFO,
        "receiving audit events by {0} on port {1}",
        new Object[] {scheme, String.valueOf(port)});
    if (clientAuthority == null) {
      logger.warning(
          "whoever reaches this port can write events: --client-ca demands a certificate");
    }
  }

  private void stop() {
    told.countDown();
    try {
      if (stopped.await(STOP_SECONDS, TimeUnit.SECONDS)) {
        // Being told to end is no failure; without this the JVM says 143.
        Runtime.getRuntime().halt(ExitCode.GOOD);
      }
      logger.warning("ending before everything was delivered");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
