// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.audit;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * That somebody entered a pod through the API server, at one stage of the request. Texts are cut
 * and safe to show; empty where the record says nothing.
 *
 * @param id of the request: equal in the records of all its stages
 * @param time of the stage
 * @param received when the request came
 * @param impersonated whom the user acted as
 * @param client as the request's headers say, which the client may choose
 * @param peer the end of the connection, which it may not
 * @param subresource {@code exec}, {@code attach}, {@code portforward}, {@code
 *     ephemeralcontainers}; {@code proxy} for the same by way of the node's
 * @param node of {@code proxy} only
 * @param status of the answer, 0 if there is none yet
 * @param command empty unless commands are asked for; without what looks secret
 */
public record AuditRecord(
    String id,
    String stage,
    Instant time,
    @Nullable Instant received,
    String user,
    List<String> groups,
    String impersonated,
    String client,
    String peer,
    String userAgent,
    String subresource,
    String namespace,
    String pod,
    String container,
    String node,
    int status,
    List<String> command) {}
