// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.audit;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The containers that a request adds to a pod: a pod, a merge patch of one, or a JSON patch. */
final class EphemeralContainers {

  /** A container of the request. */
  record Container(String name, List<String> command) {}

  private static final int MOST = 8;

  private final JsonParser json;
  private final boolean withCommands;
  private final List<Container> found = new ArrayList<>();

  private EphemeralContainers(JsonParser json, boolean withCommands) {
    this.json = json;
    this.withCommands = withCommands;
  }

  static List<Container> read(JsonParser json, boolean withCommands) throws IOException {
    EphemeralContainers reader = new EphemeralContainers(json, withCommands);
    if (json.hasToken(JsonToken.START_ARRAY)) {
      Json.elements(json, reader::operation);
    } else {
      reader.pod();
    }
    return reader.found;
  }

  private void operation() throws IOException {
    Json.fields(
        json,
        name -> {
          if (name.equals("value") && json.hasToken(JsonToken.START_ARRAY)) {
            Json.elements(json, this::container);
          } else if (name.equals("value")) {
            container();
          }
        });
  }

  private void pod() throws IOException {
    Json.fields(
        json,
        name -> {
          if (name.equals("spec")) {
            spec();
          }
        });
  }

  private void spec() throws IOException {
    Json.fields(
        json,
        name -> {
          if (name.equals("ephemeralContainers")) {
            Json.elements(json, this::container);
          }
        });
  }

  private void container() throws IOException {
    String[] called = {""};
    List<String> command = new ArrayList<>();
    List<String> arguments = new ArrayList<>();
    Json.fields(
        json,
        field -> {
          if (field.equals("name")) {
            called[0] = Texts.shown(Json.text(json));
          } else if (withCommands && field.equals("command")) {
            argumentsTo(command);
          } else if (withCommands && field.equals("args")) {
            argumentsTo(arguments);
          }
        });
    if (!called[0].isEmpty() && found.size() < MOST) {
      command.addAll(arguments);
      found.add(new Container(called[0], Commands.redacted(command)));
    }
  }

  private void argumentsTo(List<String> to) throws IOException {
    Json.elements(
        json,
        () -> {
          if (to.size() <= Commands.MOST_ARGUMENTS) {
            to.add(Json.text(json));
          }
        });
  }
}
