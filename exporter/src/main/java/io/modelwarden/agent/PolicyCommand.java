// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.agent;

import picocli.CommandLine.Command;

/** From what people allow to what collector and Prometheus run. */
@Command(
    name = "policy",
    description = "Check the policy manifest, and render it for collector and Prometheus.",
    subcommands = {
      PolicyCheckCommand.class,
      PolicyRenderCommand.class,
      PolicyLearnCommand.class,
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "Needs no agent and no privileges. docs/policy.md explains the manifest."})
final class PolicyCommand {}
