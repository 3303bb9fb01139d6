// SPDX-License-Identifier: Apache-2.0
package io.modelwarden.probe;

import io.modelwarden.btf.ElfFile;
import io.modelwarden.libbpf.BpfException;
import io.modelwarden.libbpf.BpfLink;
import io.modelwarden.libbpf.BpfMap;
import io.modelwarden.libbpf.BpfObject;
import io.modelwarden.libbpf.BpfProgram;
import io.modelwarden.libbpf.Descriptor;
import io.modelwarden.libbpf.KernelTypes;
import io.modelwarden.libbpf.LibBpf;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tracepoint family, loaded and attached. Either all required programs watch, or nothing does:
 * a failure takes off what was attached before.
 */
public final class KernelSide implements AutoCloseable {

  private static final String RESOURCE = "/io/modelwarden/bpf/tracepoint.bpf.o";
  private static final List<Path> CGROUP_FOLDERS =
      List.of(Path.of("/sys/fs/cgroup/unified"), Path.of("/sys/fs/cgroup"));

  private final BpfObject object;
  private final Map<String, ElfFile.Symbol> symbols;
  private final Layouts layouts;
  private final Duration trailLifetime;
  private final List<BpfLink> links = new ArrayList<>();
  private final List<ProbeStatus> statuses = new ArrayList<>();
  private final Set<String> leftOut = new HashSet<>();

  private KernelSide(BpfObject object, byte[] file, Duration trailLifetime) {
    this.trailLifetime = trailLifetime;
    this.object = object;
    this.symbols = ElfFile.of(file).symbols();
    this.layouts = new Layouts(file);
  }

  /** Loads with these settings and attaches everything that this kernel has. */
  public static KernelSide start(LibBpf library, ProbeSettings settings) {
    if (!KernelFeatures.hasTypes()) {
      throw new BpfException(
          "/sys/kernel/btf/vmlinux cannot be read: the kernel has no type information: boot one built"
              + " with CONFIG_DEBUG_INFO_BTF");
    }
    byte[] file = objectFile();
    KernelSide kernel =
        new KernelSide(
            BpfObject.open(library, "modelwarden", file), file, settings.trail().lifetime());
    try {
      kernel.apply(settings);
      kernel.chooseForms(library, settings);
      kernel.object.load();
      kernel.object.program("exclude_agent").run(new byte[0]);
      kernel.attachAll();
      kernel.tellOwnObjects();
      return kernel;
    } catch (RuntimeException failure) {
      kernel.close();
      throw failure;
    }
  }

  static byte[] objectFile() {
    try (InputStream resource = KernelSide.class.getResourceAsStream(RESOURCE)) {
      if (resource == null) {
        throw new BpfException("the jar has no " + RESOURCE + ": build it with make");
      }
      return resource.readAllBytes();
    } catch (IOException unreadable) {
      throw new BpfException("the jar is damaged: " + unreadable.getMessage());
    }
  }

  public List<ProbeStatus> statuses() {
    return List.copyOf(statuses);
  }

  /**
   * Tells the kernel where a network is, for the peers that are kept by scope only.
   *
   * @param address 16 bytes, IPv4 as v4-mapped
   * @param scope label as in the schema
   */
  public void putPeerScope(int prefixBits, byte[] address, String scope) {
    byte[] key = layouts.bytes(layouts.scopeKey);
    ByteBuffer view = Layouts.view(key);
    layouts.scopeKey.integer("prefix_bits", 4).put(view, 0, prefixBits);
    view.put(layouts.scopeKey.bytes("address").offset(), address);
    byte[] value = new byte[4];
    Layouts.view(value)
        .putInt(0, layouts.constant("SCOPE_" + scope.toUpperCase(java.util.Locale.ROOT)));
    map("peer_scopes").update(key, value);
  }

  /**
   * Every file below this folder, or the file itself, is looked at whatever its name and size.
   *
   * @throws BpfException if it is not there
   */
  public void putModelDirectory(String path) {
    byte[] request = layouts.bytes(layouts.identifyRequest);
    ByteBuffer view = Layouts.view(request);
    try (Descriptor folder = Descriptor.open(path)) {
      layouts.identifyRequest.integer("descriptor", 4).put(view, 0, folder.number());
      program("identify").run(request);
    }
    int file = layouts.identifyRequest.field("key").offset();
    byte[] key = layouts.bytes(layouts.directoryKey);
    ByteBuffer keyView = Layouts.view(key);
    layouts
        .directoryKey
        .integer("device", 4)
        .put(keyView, 0, layouts.fileKey.integer("device", 4).get(view, file));
    layouts
        .directoryKey
        .integer("inode", 8)
        .put(keyView, 0, layouts.fileKey.integer("inode", 8).get(view, file));
    map("model_directories").update(key, new byte[4]);
  }

  /** Runs of a probe that the kernel left out, since it was loaded; 0 if it was not. */
  public long misses(String probe) {
    return leftOut.contains(probe) ? 0 : program(probe).statistics().misses();
  }

  /** Time spent in a probe since it was loaded; 0 unless the kernel keeps it. */
  public long runTimeNanos(String probe) {
    return leftOut.contains(probe) ? 0 : program(probe).statistics().runTimeNanos();
  }

  /** Entries that a map can hold. */
  public int capacity(String map) {
    return map(map).maxEntries();
  }

  /** For how long a channel without a write is known. */
  Duration trailLifetime() {
    return trailLifetime;
  }

  Layouts layouts() {
    return layouts;
  }

  BpfMap map(String name) {
    return object.map(name);
  }

  BpfProgram program(String name) {
    return object.program(name);
  }

  /** A global variable of the object, by its name in C. */
  ByteBuffer variable(String name) {
    ElfFile.Symbol symbol = symbols.get(name);
    if (symbol == null) {
      throw new BpfException("the object has no variable " + name);
    }
    return object.variable(symbol.section(), symbol.offset(), symbol.sizeBytes());
  }

  private void apply(ProbeSettings settings) {
    variable("setting_minimum_size_bytes").putLong(0, settings.minimumSizeBytes());
    variable("setting_content_minimum_size_bytes").putLong(0, settings.contentMinimumSizeBytes());
    ByteBuffer rules = variable("setting_suffixes");
    rules.put(
        0, SuffixRules.encode(settings.suffixes(), rules.capacity() / SuffixRules.RULE_BYTES));
    variable("setting_suffix_count").putInt(0, settings.suffixes().size());
    flag("setting_detect_content", settings.detectContent());
    flag("setting_model_directories", settings.modelDirectories());
    flag("setting_task_from_vpid", settings.taskFromVpid());
    flag("setting_race_witness", settings.raceWitness());
    if (!settings.raceWitness()) {
      map("files_above").setMaxEntries(1);
    }
    ProbeSettings.Trail trail = settings.trail();
    variable("setting_trail_hops").putInt(0, trail.hops());
    variable("setting_share_millionths").putInt(0, trail.shareMillionths());
    variable("setting_share_window_ns").putLong(0, trail.window().toNanos());
    flag("setting_accepted_passes", trail.acceptedPasses());
    settings.mapEntries().forEach((name, entries) -> map(name).setMaxEntries(entries));
    int places = capacity("accesses");
    map("access_counts").setMaxEntries(places);
    map("free_places").setMaxEntries(places);
    variable("setting_places").putInt(0, places);
    variable("setting_staged_files").putInt(0, capacity("channels") / 2);
    map("doorbells").setMaxEntries(settings.ringBytes());
  }

  private void tellOwnObjects() {
    try {
      OwnObjects.tell(this);
    } catch (IOException unreadable) {
      throw new BpfException("/proc/self/fdinfo cannot be read: " + unreadable.getMessage());
    }
  }

  private void chooseForms(LibBpf library, ProbeSettings settings) {
    try (KernelTypes types = KernelTypes.load(library)) {
      TracepointForms.Choice choice = TracepointForms.choose(types::tracepoint);
      leftOut.addAll(choice.leftOut());
      if (settings.raceWitness()) {
        RaceWitness.require(types::tracepoint);
      } else {
        leftOut.add(RaceWitness.PROGRAM);
      }
      leftOut.forEach(name -> program(name).skip());
      statuses.addAll(choice.unread());
    }
  }

  private void flag(String name, boolean value) {
    variable(name).put(0, (byte) (value ? 1 : 0));
  }

  private void attachAll() {
    for (BpfProgram program : object.programs()) {
      if (leftOut.contains(program.name())) {
        continue;
      }
      ProbeCatalog.Purpose purpose = ProbeCatalog.of(program.name());
      String problem = "";
      try {
        attach(program);
      } catch (BpfException refused) {
        if (purpose.required()) {
          throw refused;
        }
        problem = refused.getMessage();
      }
      statuses.add(
          new ProbeStatus(
              program.name(),
              program.section(),
              purpose.subject(),
              purpose.required(),
              problem,
              false));
    }
  }

  private void attach(BpfProgram program) {
    String section = program.section();
    if (section.startsWith("cgroup/")) {
      links.add(program.attachToCgroup(cgroupFolder().toString()));
    } else if (section.startsWith("tp_btf/")) {
      links.add(program.attach());
    }
  }

  private static Path cgroupFolder() {
    return CGROUP_FOLDERS.stream()
        .filter(folder -> Files.exists(folder.resolve("cgroup.controllers")))
        .findFirst()
        .orElseThrow(
            () ->
                new BpfException(
                    "no cgroup v2 hierarchy is mounted: mount -t cgroup2 none /sys/fs/cgroup/unified"));
  }

  @Override
  public void close() {
    links.forEach(BpfLink::close);
    links.clear();
    object.close();
  }
}
