package dev.breaker.spring.restore;

import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

import dev.breaker.ExportedState;
import dev.breaker.LogText;
import dev.breaker.State;
import dev.breaker.StateCommand;
import dev.breaker.spring.restore.SavedState.Kind;
import dev.breaker.spring.restore.SavedState.Owner;
import org.jspecify.annotations.Nullable;

/**
 * The file of the states: a line that says what it is, one that says of which
 * application, one for each state, and a checksum of all of them. It is written beside,
 * and put in place by renaming, so that it is there as a whole or not at all. A link to
 * the file stays one. Not safe for use by several threads.
 */
final class StateFile {

	private static final String FORMAT = "dev.breaker.restore";

	private static final String VERSION = "1";

	private static final String APPLICATION = "application";

	private static final String CHECKSUM = "checksum";

	/** Far more than the states of all breakers that an application has. */
	private static final long MAX_BYTES = 64L * 1024 * 1024;

	/** More than any file system follows. */
	private static final int MOST_LINKS = 64;

	private final Path path;

	private final String application;

	/**
	 * Names a file that may not be there yet.
	 * @param path the path
	 * @param application the name of the application; empty where it has none
	 */
	StateFile(Path path, String application) {
		this.path = path.toAbsolutePath().normalize();
		this.application = application;
	}

	/**
	 * Reads the states.
	 * @return the states; none where there is no file
	 * @throws UnusableFileException when there is a file that cannot be used
	 */
	List<SavedState> read() throws UnusableFileException {
		String text;
		try {
			if (isOther(this.path)) {
				throw UnusableFileException.foreign("is no regular file");
			}
			if (Files.size(this.path) > MAX_BYTES) {
				throw UnusableFileException.foreign("is larger than any that Breaker writes");
			}
			text = new String(Files.readAllBytes(this.path), StandardCharsets.ISO_8859_1);
		}
		catch (NoSuchFileException ex) {
			return List.of();
		}
		catch (IOException ex) {
			throw UnusableFileException.foreign("cannot be read (" + LogText.oneLine(ex.toString()) + ")");
		}
		if (text.isEmpty()) {
			throw UnusableFileException.damaged("is empty");
		}
		String[] lines = text.split("\n", -1);
		if (!lines[0].startsWith(FORMAT + " ")) {
			throw UnusableFileException.foreign("was not written by Breaker");
		}
		if (!lines[0].equals(FORMAT + " " + VERSION)) {
			throw UnusableFileException.damaged("has another version of the format");
		}
		int sum = text.lastIndexOf(CHECKSUM + " ");
		if (sum < 0 || !text.substring(sum).equals(checksum(text.substring(0, sum)))) {
			throw UnusableFileException.damaged("is damaged: its checksum is missing or wrong");
		}
		String owner = owner(lines[1]);
		if (!owner.equals(this.application)) {
			throw UnusableFileException.foreign("is of the application '%s', and this is '%s' (spring.application.name)"
				.formatted(LogText.oneLine(owner), LogText.oneLine(this.application)));
		}
		try {
			List<SavedState> states = new ArrayList<>();
			for (int i = 2; i < lines.length - 2; i++) {
				states.add(parse(lines[i]));
			}
			return List.copyOf(states);
		}
		catch (RuntimeException ex) {
			throw UnusableFileException.damaged("is damaged: " + LogText.oneLine(String.valueOf(ex.getMessage())));
		}
	}

	private static String owner(String line) throws UnusableFileException {
		try {
			return line.startsWith(APPLICATION + " ") ? decode(line.substring(APPLICATION.length() + 1)) : "";
		}
		catch (IllegalArgumentException ex) {
			throw UnusableFileException.damaged("is damaged: " + LogText.oneLine(String.valueOf(ex.getMessage())));
		}
	}

	/**
	 * Writes the states in the place of those that were there.
	 * @throws IOException when they cannot be written; those that were there stay
	 */
	void write(Collection<SavedState> states) throws IOException {
		StringBuilder text = new StringBuilder(FORMAT).append(' ')
			.append(VERSION)
			.append('\n')
			.append(APPLICATION)
			.append(' ')
			.append(encode(this.application))
			.append('\n');
		states.forEach((state) -> text.append(describe(state)).append('\n'));
		text.append(checksum(text.toString()));
		Path target = target();
		if (isOther(target)) {
			throw new FileSystemException(target.toString(), null, "is no regular file");
		}
		Path directory = target.getParent();
		if (directory != null && !Files.isDirectory(directory)) {
			Files.createDirectories(directory);
		}
		// Of a name of its own, since another instance may write at this moment
		Path beside = Files.createTempFile(directory, target.getFileName() + ".", ".tmp");
		try {
			try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
				ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.ISO_8859_1));
				while (bytes.hasRemaining()) {
					channel.write(bytes);
				}
				channel.force(true);
			}
			Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
		}
		finally {
			Files.deleteIfExists(beside);
		}
	}

	/** A pipe would be waited for, and renaming would replace a device. */
	private static boolean isOther(Path path) {
		return Files.exists(path) && !Files.isRegularFile(path) && !Files.isDirectory(path);
	}

	/** Renaming would replace a link; what it leads to may not be there yet. */
	private Path target() throws IOException {
		Path target = this.path;
		for (int links = 0; Files.isSymbolicLink(target); links++) {
			if (links == MOST_LINKS) {
				throw new FileSystemLoopException(this.path.toString());
			}
			// Not normalized: the directory may be a link, too.
			target = target.resolveSibling(Files.readSymbolicLink(target));
		}
		return target;
	}

	private static String checksum(String text) {
		CRC32 sum = new CRC32();
		sum.update(text.getBytes(StandardCharsets.ISO_8859_1));
		return CHECKSUM + " " + Long.toHexString(sum.getValue()) + "\n";
	}

	private static String describe(SavedState saved) {
		Owner owner = saved.owner();
		ExportedState state = saved.state();
		StringBuilder line = new StringBuilder(owner.kind().name());
		add(line, "name", owner.name());
		add(line, "key", owner.key());
		add(line, "state", state.state());
		add(line, "since", state.since());
		add(line, "at", state.at());
		add(line, "left", state.left());
		add(line, "openings", state.openings());
		StateCommand command = state.command();
		if (command != null) {
			add(line, "command", "");
			add(line, "hold", command.hold());
			add(line, "comment", command.comment());
			add(line, "actor", command.actor());
		}
		return line.toString();
	}

	private static void add(StringBuilder line, String field, @Nullable Object value) {
		if (value != null) {
			line.append(' ').append(field).append('=').append(encode(value.toString()));
		}
	}

	private static SavedState parse(String line) {
		String[] parts = line.split(" ", -1);
		Map<String, String> fields = new LinkedHashMap<>();
		for (int i = 1; i < parts.length; i++) {
			int separator = parts[i].indexOf('=');
			fields.put(parts[i].substring(0, separator), decode(parts[i].substring(separator + 1)));
		}
		Kind kind = Kind.valueOf(parts[0]);
		String key = (kind == Kind.KEY) ? required(fields, "key") : null;
		State state = State.valueOf(required(fields, "state"));
		String left = fields.get("left");
		return new SavedState(new Owner(kind, required(fields, "name"), key),
				new ExportedState(state, Instant.parse(required(fields, "since")),
						Instant.parse(required(fields, "at")), (left != null) ? Duration.parse(left) : null,
						Integer.parseInt(required(fields, "openings")),
						fields.containsKey("command") ? command(state, fields) : null));
	}

	private static StateCommand command(State state, Map<String, String> fields) {
		StateCommand command = StateCommand.to(state).comment(fields.get("comment")).actor(fields.get("actor"));
		String hold = fields.get("hold");
		return (hold != null) ? command.hold(Duration.parse(hold)) : command;
	}

	private static String required(Map<String, String> fields, String field) {
		String value = fields.get(field);
		if (value == null) {
			throw new IllegalArgumentException("a state has no '" + field + "'");
		}
		return value;
	}

	private static String encode(String text) {
		return URLEncoder.encode(text, StandardCharsets.UTF_8);
	}

	private static String decode(String text) {
		return URLDecoder.decode(text, StandardCharsets.UTF_8);
	}

	@Override
	public String toString() {
		return this.path.toString();
	}

	/**
	 * The file is there, and nothing can be restored from it.
	 */
	static final class UnusableFileException extends Exception {

		private static final long serialVersionUID = 1L;

		private final boolean foreign;

		private UnusableFileException(String message, boolean foreign) {
			super(message);
			this.foreign = foreign;
		}

		static UnusableFileException damaged(String problem) {
			return new UnusableFileException(problem, false);
		}

		static UnusableFileException foreign(String problem) {
			return new UnusableFileException(problem, true);
		}

		/** Whether it belongs to something else, and must not be written over. */
		boolean isForeign() {
			return this.foreign;
		}

	}

}
