// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.workload.kubernetes;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Speaks the API's own protocol over HTTP: pages, watches, status objects; and can misbehave. It
 * refuses web sockets, so that the client falls back to a stream.
 */
public final class ApiServer implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** How to answer instead of as asked. */
  interface Fault {
    /** True if it has answered. */
    boolean answer(HttpExchange exchange) throws IOException;
  }

  /** Objects of one kind, and who watches them. */
  private static final class Listed {
    final Map<String, ObjectNode> objects = new LinkedHashMap<>();
    final List<OutputStream> watchers = new ArrayList<>();
  }

  final List<String> requests = new CopyOnWriteArrayList<>();
  private final Map<String, Listed> listed =
      Map.of("/api/v1/pods", new Listed(), "/api/v1/namespaces", new Listed());
  private final Map<String, ObjectNode> others = new LinkedHashMap<>();
  private volatile Fault fault = exchange -> false;
  private final HttpServer server;
  private int version = 2000;

  public ApiServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/", this::handle);
    server.start();
    others.put("/api/v1/namespaces/kube-system", read("kube-system"));
    others.put("/apis/apps/v1/namespaces/models/replicasets/llm-7d9c8b6f5", read("replicaset"));
    others.put("/apis/batch/v1/namespaces/models/jobs/backup-29400000", read("job"));
  }

  /** An object of src/test/resources/kubernetes. */
  public static ObjectNode read(String name) {
    try (InputStream file = ApiServer.class.getResourceAsStream("/kubernetes/" + name + ".json")) {
      return (ObjectNode) JSON.readTree(file);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** A kubeconfig that leads here. */
  public Path kubeconfig(Path folder) throws IOException {
    Path file = folder.resolve("kubeconfig");
    Files.writeString(
        file,
        """
        apiVersion: v1
        kind: Config
        current-context: test
        clusters:
        - name: test
          cluster: {server: "http://127.0.0.1:%d"}
        contexts:
        - name: test
          context: {cluster: test, user: test}
        users:
        - name: test
          user: {token: secret}
        """
            .formatted(server.getAddress().getPort()));
    return file;
  }

  void setFault(Fault next) {
    fault = next;
  }

  static ObjectNode namespace(String name, Map<String, String> annotations) {
    ObjectNode namespace = JSON.createObjectNode().put("apiVersion", "v1").put("kind", "Namespace");
    ObjectNode meta = namespace.putObject("metadata").put("name", name).put("uid", name);
    annotations.forEach(meta.putObject("annotations")::put);
    return namespace;
  }

  /** Adds or changes a pod or namespace and tells those who watch. */
  public synchronized void put(ObjectNode object) {
    version++;
    ((ObjectNode) object.get("metadata")).put("resourceVersion", Integer.toString(version));
    Listed kind = kindOf(object);
    boolean known = kind.objects.put(uid(object), object) != null;
    tell(kind, known ? "MODIFIED" : "ADDED", object);
  }

  synchronized void delete(ObjectNode object) {
    version++;
    kindOf(object).objects.remove(uid(object));
    tell(kindOf(object), "DELETED", object);
  }

  private Listed kindOf(ObjectNode object) {
    boolean pod = object.path("kind").asText("Pod").equals("Pod");
    return listed.get(pod ? "/api/v1/pods" : "/api/v1/namespaces");
  }

  /** As the API server does when it has forgotten the version that a watch goes on from. */
  synchronized void expire() {
    listed.values().forEach(kind -> tell(kind, "ERROR", status(410, "Expired")));
    endWatches();
  }

  synchronized void endWatches() {
    listed.values().forEach(ApiServer::endWatches);
  }

  private static void endWatches(Listed kind) {
    for (OutputStream watcher : kind.watchers) {
      try {
        watcher.close();
      } catch (IOException ignored) {
        // gone already
      }
    }
    kind.watchers.clear();
  }

  static boolean refuse(HttpExchange exchange, int code) throws IOException {
    if (code == 429) {
      exchange.getResponseHeaders().add("Retry-After", "1");
    }
    return send(exchange, code, status(code, "Refused").toString());
  }

  static boolean send(HttpExchange exchange, int code, String body) throws IOException {
    byte[] bytes = body.getBytes(UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(code, bytes.length);
    try (OutputStream to = exchange.getResponseBody()) {
      to.write(bytes);
    }
    return true;
  }

  /** Says nothing, or half of something, until the end. */
  static boolean stall(HttpExchange exchange, boolean begins, CountDownLatch end)
      throws IOException {
    if (begins) {
      exchange.getResponseHeaders().add("Content-Type", "application/json");
      exchange.sendResponseHeaders(200, 0);
      exchange.getResponseBody().write("{\"kind\":\"PodList\",\"items\":[".getBytes(UTF_8));
      exchange.getResponseBody().flush();
    }
    try {
      end.await();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    exchange.close();
    return true;
  }

  /** Says more and more, until nobody listens. */
  static boolean talk(HttpExchange exchange, AtomicLong sent) throws IOException {
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, 0);
    byte[] spaces = " ".repeat(1 << 20).getBytes(UTF_8);
    try (OutputStream to = exchange.getResponseBody()) {
      for (int i = 0; i < 1024; i++) {
        to.write(spaces);
        sent.addAndGet(spaces.length);
      }
    } catch (IOException gone) {
      exchange.close();
    }
    return true;
  }

  private void handle(HttpExchange exchange) throws IOException {
    String query = exchange.getRequestURI().getRawQuery();
    String path = exchange.getRequestURI().getPath();
    requests.add(path + (query == null ? "" : "?" + query));
    if (fault.answer(exchange)) {
      return;
    }
    boolean watch = query != null && query.contains("watch=true");
    if ("websocket".equals(exchange.getRequestHeaders().getFirst("Upgrade"))) {
      send(exchange, 200, "{}");
    } else if (listed.containsKey(path) && watch) {
      watch(exchange, listed.get(path));
    } else if (listed.containsKey(path)) {
      list(exchange, listed.get(path), query == null ? "" : query);
    } else if (others.containsKey(path)) {
      send(exchange, 200, others.get(path).toString());
    } else {
      refuse(exchange, 404);
    }
  }

  /** It keeps no history: whoever was away has to list again. */
  private synchronized void watch(HttpExchange exchange, Listed kind) throws IOException {
    String query = exchange.getRequestURI().getRawQuery();
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, 0);
    kind.watchers.add(exchange.getResponseBody());
    if (query.contains("resourceVersion=") && !query.contains("resourceVersion=" + version)) {
      tell(kind, "ERROR", status(410, "Expired"));
      endWatches(kind);
      return;
    }
    // The client's stream begins with the first event; a real server sends these every minute.
    ObjectNode bookmark = JSON.createObjectNode().put("apiVersion", "v1").put("kind", "Pod");
    bookmark.putObject("metadata").put("resourceVersion", Integer.toString(version));
    tell(kind, "BOOKMARK", bookmark);
    if (!query.contains("resourceVersion=")) {
      kind.objects.values().forEach(object -> tell(kind, "ADDED", object));
    }
  }

  /** Two objects a page, so that every list has several. */
  private synchronized void list(HttpExchange exchange, Listed kind, String query)
      throws IOException {
    int from =
        query.contains("continue=")
            ? Integer.parseInt(query.replaceAll(".*continue=(\\d+).*", "$1"))
            : 0;
    List<ObjectNode> all = new ArrayList<>(kind.objects.values());
    int to = Math.min(all.size(), from + 2);
    ObjectNode list = JSON.createObjectNode().put("apiVersion", "v1").put("kind", "PodList");
    ObjectNode meta = list.putObject("metadata").put("resourceVersion", Integer.toString(version));
    if (to < all.size()) {
      meta.put("continue", Integer.toString(to));
    }
    list.putArray("items").addAll(all.subList(Math.min(from, to), to));
    send(exchange, 200, list.toString());
  }

  private static void tell(Listed kind, String type, JsonNode object) {
    ObjectNode event = JSON.createObjectNode().put("type", type).set("object", object);
    for (OutputStream watcher : List.copyOf(kind.watchers)) {
      try {
        watcher.write((event + "\n").getBytes(UTF_8));
        watcher.flush();
      } catch (IOException gone) {
        kind.watchers.remove(watcher);
      }
    }
  }

  private static ObjectNode status(int code, String reason) {
    return JSON.createObjectNode()
        .put("apiVersion", "v1")
        .put("kind", "Status")
        .put("status", "Failure")
        .put("reason", reason)
        .put("message", reason)
        .put("code", code);
  }

  private static String uid(ObjectNode pod) {
    return pod.get("metadata").get("uid").asText();
  }

  @Override
  public void close() {
    endWatches();
    server.stop(0);
  }
}
