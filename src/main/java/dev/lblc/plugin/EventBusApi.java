package dev.lblc.plugin;

import dev.lblc.scheduler.Server;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The services as other languages see them: JSON over the event bus, described in {@code event-bus.asyncapi.json}.
 *
 * <pre>
 * NAME.SERVICE.acquire   {"destination", "except"}  -&gt; {"lease", "server": {"id", "host", "port"}, "reason"}
 * NAME.SERVICE.release   {"lease"}
 * NAME.SERVICE.renew     {"lease"}                  -&gt; {"lease"}
 * NAME.SERVICE.status                               -&gt; the service
 * </pre>
 *
 * NAME is the deployment's, {@code lblc} unless it has another. A lease is held by the node that its id names; every
 * other node passes messages about it on, to addresses that no service has: {@code NAME/node/ID/renew}. A message that
 * cannot be answered fails with 400, 404, 500, 503 or 504.
 *
 * <p>One for each instance of the verticle, on whose context messages are handled. Follows the services of its deployment.
 */
final class EventBusApi implements Services.Listener {
  private static final int BAD_REQUEST = 400;
  private static final int NOT_FOUND = 404;
  private static final int FAILED = 500;
  private static final int NO_SERVER = 503;
  private static final int NO_ANSWER = 504;
  private static final int LONGEST_LEASE_ID = 256;
  private static final int LONGEST_SAID = 256;
  private static final Set<String> ACQUIRE = Set.of("destination", "except");
  private static final System.Logger LOG = System.getLogger(EventBusApi.class.getName());

  private final Context context;
  private final EventBus eventBus;
  private final Services services;
  private final String name;
  private final RemoteLeases leases;

  /** Those of each service by its name; those of this node by no name. */
  private final Map<String, List<MessageConsumer<Object>>> consumers = new HashMap<>(); // by this

  /** Addresses with a message that could not be answered; on the context. */
  private final Set<String> warned = new HashSet<>();

  private boolean stopped; // guarded by this

  private EventBusApi(Vertx vertx, String name, Services services, RemoteLeases leases) {
    this.context = vertx.getOrCreateContext();
    this.eventBus = vertx.eventBus();
    this.name = name;
    this.services = services;
    this.leases = leases;
  }

  /** Answers messages on the current context, and follows the services; complete once all nodes know. */
  static Future<EventBusApi> start(
      Vertx vertx, String name, Services services, RemoteLeases leases) {
    EventBusApi api = new EventBusApi(vertx, name, services, leases);
    return Future.all(api.consumeForNode(), services.listen(api)).map(api);
  }

  /** Answers no more messages. */
  Future<Void> stop() {
    services.unlisten(this);
    return unregisterAll();
  }

  /** Registers for services that came, unregisters for those that went. */
  @Override
  public Future<Void> changed(
      Map<String, ScheduledService> before, Map<String, ScheduledService> after) {
    Promise<Void> followed = Promise.promise();
    context.runOnContext(v -> follow(before, after).onComplete(followed));
    return followed.future();
  }

  private synchronized Future<Void> follow(
      Map<String, ScheduledService> before, Map<String, ScheduledService> after) {
    List<Future<Void>> changes = new ArrayList<>();
    before.forEach((service, scheduled) -> {
      if (after.get(service) != scheduled) {
        unregister(consumers.remove(service)).forEach(changes::add);
      }
    });
    after.forEach((service, scheduled) -> {
      if (before.get(service) != scheduled && !stopped) {
        List<MessageConsumer<Object>> registered = consumeFor(scheduled);
        consumers.put(service, registered);
        registered.forEach(consumer -> changes.add(consumer.completion()));
      }
    });
    return Future.all(changes).mapEmpty();
  }

  private synchronized Future<Void> unregisterAll() {
    stopped = true;
    List<Future<Void>> ends = new ArrayList<>();
    consumers.values().forEach(some -> unregister(some).forEach(ends::add));
    consumers.clear();
    return Future.all(ends).mapEmpty();
  }

  private static List<Future<Void>> unregister(@Nullable List<MessageConsumer<Object>> registered) {
    return registered == null
        ? List.of()
        : registered.stream().map(MessageConsumer::unregister).toList();
  }

  private List<MessageConsumer<Object>> consumeFor(ScheduledService service) {
    String prefix = name + "." + service.name() + ".";
    return List.of(
        consume(prefix + "acquire", message -> acquire(service, message)),
        consume(prefix + "release", message -> about(lease(message), "release", message)),
        consume(prefix + "renew", message -> about(lease(message), "renew", message)),
        consume(prefix + "status", message -> message.reply(service.status().toJson())));
  }

  private synchronized Future<Void> consumeForNode() {
    List<MessageConsumer<Object>> registered = List.of(
        consume(
            nodeAddress(leases.node(), "release"),
            message -> answerHere(lease(message), "release", message)),
        consume(
            nodeAddress(leases.node(), "renew"),
            message -> answerHere(lease(message), "renew", message)),
        consume(nodeAddress(leases.node(), HomesOnNodes.WHAT), this::homes));
    consumers.put("", registered);
    return Future.all(registered.stream().map(MessageConsumer::completion).toList())
        .mapEmpty();
  }

  private MessageConsumer<Object> consume(String address, Consumer<Message<Object>> handler) {
    return eventBus.consumer(address, message -> {
      try {
        handler.accept(message);
      } catch (IllegalArgumentException e) {
        message.fail(BAD_REQUEST, e.getMessage());
      } catch (RuntimeException e) {
        LOG.log(
            Level.ERROR,
            "a message to " + address + " could not be answered: its sender gets failure " + FAILED,
            e);
        message.fail(FAILED, e.toString());
      }
    });
  }

  private void acquire(ScheduledService service, Message<Object> message) {
    if (message.replyAddress() == null) {
      LOG.log(
          warned.add(message.address()) ? Level.WARNING : Level.DEBUG,
          "a message to " + message.address()
              + " was sent without a reply address and is ignored: nobody could release its lease; use request, not"
              + " send");
      return;
    }
    JsonObject body = body(message) == null ? new JsonObject() : object(message);
    for (String key : body.fieldNames()) {
      if (!ACQUIRE.contains(key)) {
        throw unexpected(
            key, body.getValue(key), "no such key; those there are: destination, except");
      }
    }
    Object destination = body.getValue("destination");
    if (destination != null && !(destination instanceof String)) {
      throw unexpected("destination", destination, "a string or null");
    }
    if (leases.isFull()) {
      message.fail(NO_SERVER, "too many leases are held by this node (" + RemoteLeases.MOST + ")");
      return;
    }
    Lease lease;
    try {
      lease = service.acquire((String) destination, except(body.getValue("except")));
    } catch (NoServerException e) {
      message.fail(NO_SERVER, e.getMessage());
      return;
    }
    Server server = lease.server();
    message.reply(new JsonObject()
        .put("lease", leases.hold(lease, service.leaseTimeout()))
        .put(
            "server",
            new JsonObject()
                .put("id", server.id())
                .put("host", server.host())
                .put("port", server.port()))
        .put("reason", lease.reason().label()));
  }

  /** Answers a message about a lease by the node that holds the lease. */
  private void about(String lease, String what, Message<Object> message) {
    String node = RemoteLeases.nodeOf(lease);
    if (node.equals(leases.node())) {
      answerHere(lease, what, message);
      return;
    }
    eventBus
        .request(nodeAddress(node, what), message.body())
        .onSuccess(reply -> message.reply(reply.body()))
        .onFailure(failure -> passOn(lease, failure, message));
  }

  private void answerHere(String lease, String what, Message<Object> message) {
    boolean isHeld = what.equals("renew") ? leases.renew(lease) : leases.release(lease);
    if (isHeld) {
      message.reply(new JsonObject().put("lease", lease));
    } else {
      message.fail(NOT_FOUND, notHeld(lease));
    }
  }

  private static void passOn(String lease, Throwable failure, Message<Object> message) {
    ReplyFailure kind = failure instanceof ReplyException refused ? refused.failureType() : null;
    if (kind == ReplyFailure.RECIPIENT_FAILURE && failure instanceof ReplyException refused) {
      message.fail(refused.failureCode(), refused.getMessage());
    } else if (kind == ReplyFailure.NO_HANDLERS) {
      message.fail(NOT_FOUND, notHeld(lease) + ", or its node is gone");
    } else {
      message.fail(NO_ANSWER, "the node of lease " + lease + " does not answer: " + failure);
    }
  }

  private static String notHeld(String lease) {
    return "lease " + lease + " is not held: it was released, or not renewed in time";
  }

  private void homes(Message<Object> message) {
    JsonObject question = object(message);
    String name = text(question, "service");
    ScheduledService service = services.byName().get(name);
    if (service == null) {
      message.fail(
          NOT_FOUND,
          "no service " + name + " (expected: one of "
              + String.join(", ", services.byName().keySet()) + ")");
    } else {
      message.reply(new JsonArray(HomesOnNodes.here(service, text(question, "destination"))));
    }
  }

  private static String text(JsonObject body, String key) {
    if (body.getValue(key) instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException(key + ": " + body.getValue(key) + " (expected: a text)");
  }

  private String nodeAddress(String node, String what) {
    return nodeAddress(name, node, what);
  }

  /** Returns where a node of a deployment is asked something. */
  static String nodeAddress(String deployment, String node, String what) {
    return deployment + "/node/" + node + "/" + what;
  }

  private static String lease(Message<Object> message) {
    Object lease = object(message).getValue("lease");
    if (lease instanceof String id && id.length() > LONGEST_LEASE_ID) {
      throw unexpected("lease", id, "the lease that acquire answered");
    }
    if (!(lease instanceof String id) || id.isEmpty()) {
      throw unexpected("lease", lease, "the lease that acquire answered");
    }
    return id;
  }

  private static JsonObject object(Message<Object> message) {
    if (body(message) instanceof JsonObject body) {
      return body;
    }
    throw unexpected("the message's body", body(message), "a JSON object");
  }

  /** Returns the body, of which Vert.x makes an object when it is asked: whoever reaches the bus may have sent any bytes. */
  private static @Nullable Object body(Message<Object> message) {
    try {
      return message.body();
    } catch (RuntimeException e) {
      throw unexpected(
          "the message's body", "bytes that cannot be read (" + e + ")", "a JSON object");
    }
  }

  private static Set<String> except(@Nullable Object value) {
    if (value == null) {
      return Set.of();
    }
    if (!(value instanceof JsonArray ids) || !ids.stream().allMatch(id -> id instanceof String)) {
      throw unexpected("except", value, "an array of server ids");
    }
    Set<String> except = new HashSet<>();
    ids.forEach(id -> except.add((String) id));
    return except;
  }

  private static IllegalArgumentException unexpected(
      String what, @Nullable Object found, String expected) {
    String text = String.valueOf(found);
    return new IllegalArgumentException(what + ": "
        + (text.length() > LONGEST_SAID ? text.substring(0, LONGEST_SAID) + "..." : text)
        + " (expected: " + expected + ")");
  }
}
