// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.audit;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One event of the audit log while it is read; fields may come in any order. */
final class Event {

  private static final Set<String> OF_PODS =
      Set.of("exec", "attach", "portforward", "ephemeralcontainers");

  /** What the kubelet calls the same, in the paths of its own API. */
  private static final Set<String> OF_NODES = Set.of("exec", "run", "attach", "portForward");

  private static final int NODE_PATH = 5; // api v1 nodes NAME proxy
  private static final int MOST_GROUPS = 16;

  private final boolean withCommands;
  private String id = "";
  private String stage = "";
  private String uri = "";
  private String user = "";
  private final List<String> groups = new ArrayList<>();
  private String impersonated = "";
  private String client = "";
  private String peer = "";
  private String userAgent = "";
  private String resource = "";
  private String subresource = "";
  private String namespace = "";
  private String name = "";
  private int status;
  private @Nullable Instant time;
  private @Nullable Instant received;
  private List<EphemeralContainers.Container> added = List.of();

  private Event(boolean withCommands) {
    this.withCommands = withCommands;
  }

  static Event read(JsonParser json, boolean withCommands) throws IOException {
    Event event = new Event(withCommands);
    Json.fields(json, field -> event.read(field, json));
    return event;
  }

  private void read(String field, JsonParser json) throws IOException {
    switch (field) {
      case "auditID" -> id = Texts.shown(Json.text(json));
      case "stage" -> stage = Texts.shown(Json.text(json));
      case "requestURI" -> uri = Json.text(json);
      case "user" -> readUser(json);
      case "impersonatedUser" -> Json.fields(json, of -> impersonated = username(of, json));
      case "sourceIPs" -> Json.texts(json, this::addAddress);
      case "userAgent" -> userAgent = Texts.shown(Json.text(json));
      case "objectRef" -> Json.fields(json, of -> readObject(of, json));
      case "responseStatus" -> Json.fields(json, of -> readStatus(of, json));
      case "requestObject" -> added = EphemeralContainers.read(json, withCommands);
      case "requestReceivedTimestamp" -> received = time(json);
      case "stageTimestamp" -> time = time(json);
      default -> {}
    }
  }

  private void readUser(JsonParser json) throws IOException {
    Json.fields(
        json,
        of -> {
          if (of.equals("username")) {
            user = Texts.shown(Json.text(json));
          } else if (of.equals("groups")) {
            Json.texts(json, this::addGroup);
          }
        });
  }

  private String username(String field, JsonParser json) throws IOException {
    return field.equals("username") ? Texts.shown(Json.text(json)) : impersonated;
  }

  private void addGroup(String group) {
    if (groups.size() < MOST_GROUPS) {
      groups.add(Texts.shown(group));
    }
  }

  /** All but the last come from headers. */
  private void addAddress(String address) {
    peer = Texts.shown(address);
    client = client.isEmpty() ? peer : client;
  }

  private void readObject(String field, JsonParser json) throws IOException {
    switch (field) {
      case "resource" -> resource = Json.text(json);
      case "subresource" -> subresource = Json.text(json);
      case "namespace" -> namespace = Texts.shown(Json.text(json));
      case "name" -> name = Texts.shown(Json.text(json));
      default -> {}
    }
  }

  private void readStatus(String field, JsonParser json) throws IOException {
    if (field.equals("code") && json.hasToken(JsonToken.VALUE_NUMBER_INT)) {
      String digits = json.getText();
      status = digits.matches("[1-9][0-9]{2}") ? Integer.parseInt(digits) : 0;
    }
  }

  private static @Nullable Instant time(JsonParser json) throws IOException {
    try {
      return Instant.parse(Json.text(json));
    } catch (DateTimeException none) {
      return null;
    }
  }

  /** Records of it: one, or one for each container that it adds; none if it enters no pod. */
  List<AuditRecord> records(Instant now) {
    RequestUri request = new RequestUri(uri);
    if (resource.equals("nodes") && subresource.equals("proxy")) {
      List<String> path = request.pathBelow(NODE_PATH);
      return path.size() >= 3 && OF_NODES.contains(path.get(0))
          ? List.of(throughNode(path, request, now))
          : List.of();
    }
    if (!resource.equals("pods") || !OF_PODS.contains(subresource)) {
      return List.of();
    }
    if (!added.isEmpty() && subresource.equals("ephemeralcontainers")) {
      return added.stream()
          .map(one -> record(namespace, name, one.name(), "", one.command(), now))
          .toList();
    }
    String container = Texts.shown(request.first("container"));
    return List.of(record(namespace, name, container, "", command(request, "command"), now));
  }

  /** {@code exec/NAMESPACE/POD[/UID]/CONTAINER}, without the container for ports. */
  private AuditRecord throughNode(List<String> path, RequestUri request, Instant now) {
    boolean named = path.size() > 3 && !path.get(0).equals("portForward");
    String container = named ? Texts.shown(path.get(path.size() - 1)) : "";
    List<String> command = command(request, path.get(0).equals("run") ? "cmd" : "command");
    String[] node = name.split(":", -1); // NAME, NAME:PORT or SCHEME:NAME:PORT
    return record(
        Texts.shown(path.get(1)),
        Texts.shown(path.get(2)),
        container,
        node[node.length == 3 ? 1 : 0],
        command,
        now);
  }

  private List<String> command(RequestUri request, String parameter) {
    return withCommands
        ? Commands.redacted(request.all(parameter, Commands.MOST_ARGUMENTS + 1))
        : List.of();
  }

  private AuditRecord record(
      String inNamespace,
      String pod,
      String container,
      String node,
      List<String> command,
      Instant now) {
    return new AuditRecord(
        id,
        stage,
        time == null ? now : time,
        received,
        user,
        List.copyOf(groups),
        impersonated,
        client,
        peer,
        userAgent,
        subresource,
        inNamespace,
        pod,
        container,
        node,
        status,
        command);
  }
}
