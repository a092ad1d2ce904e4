import 'undici';
import 'zod';
