// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.telemetry;

import io.modelwarden.workload.Workload;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.resources.ResourceBuilder;
import io.opentelemetry.semconv.SchemaUrls;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The resource of each workload: always the same instance while it is in use, because OTLP groups
 * by identity, and never with anything of the agent's own resource.
 */
final class Resources {

  static final String SCHEMA_URL = SchemaUrls.V1_37_0;

  // A forgotten one is only made again; what counts is that names made up by somebody end.
  private static final int LIMIT = 4096;

  private final HostIdentity host;
  private final InstrumentationScopeInfo scope;
  private final Map<Workload, Resource> known =
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Workload, Resource> eldest) {
          return size() > LIMIT;
        }
      };

  private final Set<Workload> ended = new HashSet<>();

  Resources(HostIdentity host, String version) {
    this.host = host;
    this.scope =
        InstrumentationScopeInfo.builder("modelwarden")
            .setVersion(version)
            .setSchemaUrl(SCHEMA_URL)
            .build();
  }

  InstrumentationScopeInfo scope() {
    return scope;
  }

  synchronized Resource of(Workload workload) {
    return known.computeIfAbsent(workload, this::make);
  }

  /** It is kept only for as long as it has series. */
  synchronized void end(Workload workload) {
    ended.add(workload);
  }

  /** Forgets those that have ended and are not in use. */
  synchronized void forgetEnded(Set<Workload> inUse) {
    for (Iterator<Workload> all = ended.iterator(); all.hasNext(); ) {
      Workload workload = all.next();
      if (!inUse.contains(workload)) {
        known.remove(workload);
        all.remove();
      }
    }
  }

  /** The agent's own. */
  Resource agent(Resource configured, ConfigProperties config, String version) {
    return program("modelwarden", configured, config, version);
  }

  /** That of a program of ours; what the user says in OTEL_RESOURCE_ATTRIBUTES wins. */
  Resource program(String name, Resource configured, ConfigProperties config, String version) {
    ResourceBuilder agent =
        onHost()
            .put(AttributeNames.SERVICE_NAME, name)
            .put(AttributeNames.SERVICE_INSTANCE_ID, host.instanceName())
            .put(AttributeNames.SERVICE_VERSION, version);
    // Where the user names no service, the SDK makes up a name and an instance.
    Map<String, String> chosen = config.getMap("otel.resource.attributes");
    boolean named =
        config.getString("otel.service.name") != null
            || chosen.containsKey(AttributeNames.SERVICE_NAME.getKey());
    boolean numbered = chosen.containsKey(AttributeNames.SERVICE_INSTANCE_ID.getKey());
    return agent
        .putAll(
            configured.getAttributes().toBuilder()
                .removeIf(key -> key.equals(AttributeNames.SERVICE_NAME) && !named)
                .removeIf(key -> key.equals(AttributeNames.SERVICE_INSTANCE_ID) && !numbered)
                .build())
        .build();
  }

  private Resource make(Workload workload) {
    ResourceBuilder resource =
        onHost()
            .put(AttributeNames.SERVICE_NAME, "host")
            .put(AttributeNames.SERVICE_INSTANCE_ID, host.id() + "/" + workload.name())
            .put(AttributeNames.WORKLOAD_KIND, workload.kind())
            .put(AttributeNames.WORKLOAD_NAME, workload.name());
    if (workload.container() != null) {
      PodAttributes.put(resource, workload.container());
    }
    return resource.build();
  }

  private ResourceBuilder onHost() {
    ResourceBuilder builder =
        Resource.builder()
            .setSchemaUrl(SCHEMA_URL)
            .put(AttributeNames.HOST_ID, host.id())
            .put(AttributeNames.HOST_NAME, host.name());
    if (!host.clusterName().isEmpty()) {
      builder.put(AttributeNames.CLUSTER_NAME, host.clusterName());
    }
    if (host.nodeName() != null) {
      builder.put(AttributeNames.NODE_NAME, host.nodeName());
    }
    return builder;
  }
}
