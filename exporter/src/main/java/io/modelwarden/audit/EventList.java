// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.audit;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A body that the API server posts.
 *
 * @param records those of who entered a pod
 * @param others the number of other events
 */
record EventList(List<AuditRecord> records, long others) {

  static final String API_VERSION = "audit.k8s.io/v1";

  /** The API server sends at most 400 events at once if it is not told otherwise. */
  static final int MOST_RECORDS = 4096;

  /** What was sent is no such document. */
  static final class WrongDocument extends IOException {
    private static final long serialVersionUID = 1L;

    WrongDocument(String reason) {
      super(reason);
    }
  }

  /**
   * @param now the time of events that do not tell theirs
   * @throws WrongDocument with the reason, if it is none
   */
  static EventList read(InputStream body, boolean withCommands, Instant now) throws IOException {
    try (JsonParser json = Json.parse(body)) {
      return new Reader(json, withCommands, now).read();
    } catch (JsonProcessingException broken) {
      throw new WrongDocument(
          "not JSON at byte or character %d: %s"
              .formatted(
                  broken.getLocation() == null ? -1 : broken.getLocation().getCharOffset(),
                  Texts.shown(broken.getOriginalMessage())));
    }
  }

  private static final class Reader {

    private final JsonParser json;
    private final boolean withCommands;
    private final Instant now;
    private final List<AuditRecord> records = new ArrayList<>();
    private String kind = "";
    private String version = "";
    private boolean hasItems;
    private long others;

    Reader(JsonParser json, boolean withCommands, Instant now) {
      this.json = json;
      this.withCommands = withCommands;
      this.now = now;
    }

    EventList read() throws IOException {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new WrongDocument("not a JSON object");
      }
      Json.fields(json, this::field);
      if (json.nextToken() != null) {
        throw new WrongDocument("something follows the document");
      }
      if (!kind.equals("EventList") || !version.equals(API_VERSION)) {
        throw new WrongDocument(
            "'%s' of '%s' is no EventList of %s"
                .formatted(Texts.shown(kind), Texts.shown(version), API_VERSION));
      }
      if (!hasItems) {
        throw new WrongDocument("an EventList without a list of items");
      }
      return new EventList(List.copyOf(records), others);
    }

    private void field(String name) throws IOException {
      switch (name) {
        case "kind" -> kind = Json.text(json);
        case "apiVersion" -> version = Json.text(json);
        case "items" -> {
          hasItems |= json.hasToken(JsonToken.START_ARRAY);
          Json.elements(json, this::item);
        }
        default -> {}
      }
    }

    private void item() throws IOException {
      List<AuditRecord> entered = Event.read(json, withCommands).records(now);
      others += entered.isEmpty() ? 1 : 0;
      records.addAll(entered);
      if (records.size() > MOST_RECORDS) {
        throw new WrongDocument(
            "more than %d records: set --audit-webhook-batch-max-size lower"
                .formatted(MOST_RECORDS));
      }
    }
  }
}
